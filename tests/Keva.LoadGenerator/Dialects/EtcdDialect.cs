using System.Globalization;
using System.Text;
using Keva.LoadGenerator.Http;

namespace Keva.LoadGenerator.Dialects;

/// <summary>etcd's JSON interface, in which keys and values are base64.</summary>
internal sealed class EtcdDialect : IDialect
{
    private const string PutPath = "/v3/kv/put";

    // etcd refuses a transaction of more than 128 operations, and a request of more than 1.5 MiB.
    private const int FillKeys = 100;
    private const int FillBytes = 1024 * 1024;

    private readonly KeySpace keys;
    private readonly string value;
    private readonly byte[] valueField;

    public EtcdDialect(KeySpace keys)
    {
        this.keys = keys;
        value = Convert.ToBase64String(keys.Value);
        valueField = Encoding.ASCII.GetBytes($"\"value\":\"{value}\"");
    }

    private string AnyKey => Convert.ToBase64String(keys.KeyOf(0));

    public RequestTemplate Read(int port) => Template(port, "/v3/kv/range", $$"""{"key":"{{AnyKey}}"}""");

    public RequestTemplate Write(int port) => Template(port, PutPath, Put());

    public HttpRequestMessage WriteMessage(string url) =>
        new(HttpMethod.Post, url + PutPath) { Content = new StringContent(Put(), Encoding.ASCII, "application/json") };

    public RequestTemplate Fill(int port)
    {
        var put = $$"""{"requestPut":{{Put()}}}""";
        var count = Math.Clamp(FillBytes / put.Length, 1, FillKeys);
        return Template(port, "/v3/kv/txn", $$"""{"success":[{{string.Join(',', Enumerable.Repeat(put, count))}}]}""");
    }

    public bool IsAcknowledgement(int status, ReadOnlySpan<byte> body) => status == 200 && body.IndexOf("\"revision\":\""u8) >= 0;

    public bool IsValue(int status, ReadOnlySpan<byte> body) => status == 200 && body.IndexOf(valueField) >= 0;

    private string Put() => $$"""{"key":"{{AnyKey}}","value":"{{value}}"}""";

    private RequestTemplate Template(int port, string path, string body)
    {
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n");
        var field = $"\"key\":\"{AnyKey}\"";
        var offsets = new List<int>();
        for (var found = body.IndexOf(field, StringComparison.Ordinal); found >= 0; found = body.IndexOf(field, found + 1, StringComparison.Ordinal))
        {
            offsets.Add(head.Length + found + "\"key\":\"".Length);
        }

        return new RequestTemplate(Encoding.ASCII.GetBytes(head + body), [.. offsets], keys, isBase64: true);
    }
}
