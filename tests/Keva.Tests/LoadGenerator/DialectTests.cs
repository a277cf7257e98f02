using System.Text;
using System.Text.Json;
using Keva.LoadGenerator.Dialects;
using Keva.LoadGenerator.Http;

namespace Keva.Tests.LoadGenerator;

/// <summary>What the generator asks, and above all what it takes for an answer: an error must never count as speed.</summary>
public sealed class DialectTests
{
    private const int Port = 3800;
    private const int Keys = 1000;

    private static readonly KeySpace Space = new(valueBytes: 100);
    private static readonly string Value = Encoding.ASCII.GetString(Space.Value);

    [Fact]
    public void A_request_to_keva_has_the_key_in_the_url_and_the_value_for_a_body()
    {
        var write = new KevaDialect(Space).Write(Port);
        write.SetKey(0, 42);

        Assert.Equal(
            $"POST /v1/storage/key/v000100-0000042 HTTP/1.1\r\nHost: 127.0.0.1:3800\r\nContent-Length: 100\r\n\r\n{Value}",
            Encoding.ASCII.GetString(write.Bytes));
    }

    [Fact]
    public void A_request_to_etcd_has_both_in_base64()
    {
        var write = new EtcdDialect(Space).Write(Port);
        write.SetKey(0, 1_234_567);
        var (head, body) = Split(write);
        using var json = JsonDocument.Parse(body);

        Assert.StartsWith("POST /v3/kv/put HTTP/1.1\r\n", head, StringComparison.Ordinal);
        Assert.Contains($"Content-Length: {body.Length}\r\n", head, StringComparison.Ordinal);
        Assert.Equal("v000100-1234567", Encoding.ASCII.GetString(json.RootElement.GetProperty("key").GetBytesFromBase64()));
        Assert.Equal(Space.Value, json.RootElement.GetProperty("value").GetBytesFromBase64());
    }

    [Fact]
    public void A_filling_of_etcd_has_each_key_in_its_place()
    {
        var fill = new EtcdDialect(Space).Fill(Port);
        for (var i = 0; i < fill.KeyCount; i++)
        {
            fill.SetKey(i, i);
        }

        using var json = JsonDocument.Parse(Split(fill).Body);
        var keys = json.RootElement.GetProperty("success").EnumerateArray()
            .Select(operation => Encoding.ASCII.GetString(operation.GetProperty("requestPut").GetProperty("key").GetBytesFromBase64()));

        Assert.InRange(fill.KeyCount, 2, 128);
        Assert.Equal(Enumerable.Range(0, fill.KeyCount).Select(i => Encoding.ASCII.GetString(Space.KeyOf(i))), keys);
    }

    [Fact]
    public void Two_requests_do_not_change_each_other()
    {
        var dialect = new KevaDialect(Space);
        var one = dialect.Read(Port);
        var other = dialect.Read(Port);
        one.SetKey(0, Keys - 1);

        Assert.NotEqual(one.Bytes, other.Bytes);
    }

    [Theory]
    [InlineData(200, "{\"revision\":7}", true)]
    [InlineData(200, "{\"revision\":}", false)]
    [InlineData(200, "{\"error\":\"no\"}", false)]
    [InlineData(200, "", false)]
    [InlineData(503, "{\"revision\":7}", false)]
    [InlineData(504, "{\"error\":\"x\",\"code\":\"outcome_unknown\"}", false)]
    public void A_write_to_keva_is_done_when_there_is_a_revision(int status, string body, bool isDone)
    {
        Assert.Equal(isDone, new KevaDialect(Space).IsAcknowledgement(status, Encoding.ASCII.GetBytes(body)));
    }

    [Theory]
    [InlineData(200, "{\"header\":{\"cluster_id\":\"1\",\"revision\":\"2\",\"raft_term\":\"2\"}}", true)]
    [InlineData(200, "{\"error\":\"etcdserver: no leader\"}", false)]
    [InlineData(503, "{\"header\":{\"revision\":\"2\"}}", false)]
    public void A_write_to_etcd_is_done_when_there_is_a_revision(int status, string body, bool isDone)
    {
        Assert.Equal(isDone, new EtcdDialect(Space).IsAcknowledgement(status, Encoding.ASCII.GetBytes(body)));
    }

    [Fact]
    public void Only_the_very_value_is_an_answer_to_a_read()
    {
        var keva = new KevaDialect(Space);
        var etcd = new EtcdDialect(Space);
        var other = Space.Value.ToArray();
        other[^1] ^= 1;

        Assert.True(keva.IsValue(200, Space.Value));
        Assert.False(keva.IsValue(200, other));
        Assert.False(keva.IsValue(204, []));
        Assert.False(keva.IsValue(503, Space.Value));
        Assert.True(etcd.IsValue(200, Range(Space.Value)));
        Assert.False(etcd.IsValue(200, Range(other)));
        Assert.False(etcd.IsValue(200, "{\"header\":{\"revision\":\"2\"}}"u8));
        Assert.False(etcd.IsValue(503, Range(Space.Value)));
    }

    private static byte[] Range(byte[] value) =>
        Encoding.ASCII.GetBytes($$"""{"header":{"revision":"2"},"kvs":[{"key":"a2V5","version":"1","value":"{{Convert.ToBase64String(value)}}"}],"count":"1"}""");

    private static (string Head, string Body) Split(RequestTemplate request)
    {
        var parts = Encoding.ASCII.GetString(request.Bytes).Split("\r\n\r\n", 2);
        return (parts[0] + "\r\n", parts[1]);
    }
}
