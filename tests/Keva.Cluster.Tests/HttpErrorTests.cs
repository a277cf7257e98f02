using System.Net;
using System.Text;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>Requests that a well cluster refuses, over real connections; one cluster for all of them.</summary>
public sealed class HttpErrorTests(HttpErrorTests.Fixture fixture) : IClassFixture<HttpErrorTests.Fixture>
{
    private ClusterUnderTest Cluster => fixture.Cluster;

    private KevaClient Client => Cluster.Nodes[0].Client;

    [Theory]
    [InlineData("{", "application/json", 400, "bad_request")]
    [InlineData("""{"cmd":"frobnicate","key":"a"}""", "application/json", 400, "bad_request")]
    [InlineData("""{"cmd":"get"}""", "application/json", 400, "bad_request")]
    [InlineData("""{"cmd":"set","key":"a"}""", "application/json", 400, "bad_request")]
    [InlineData("""{"cmd":"get","key":"no such key"}""", "application/json", 404, "not_found")]
    [InlineData("""{"cmd":"get","key":"a"}""", "text/xml", 415, "unsupported_media_type")]
    public async Task A_bad_command_is_refused_by_name(string body, string contentType, int status, string code)
    {
        var answer = await Client.CommandAsync(body, contentType);
        AssertError(answer, status, code);
    }

    [Theory]
    [InlineData("GET", "/v1/storage/key/%FF", 400, "bad_request")]
    [InlineData("GET", "/v1/storage/key/a%2", 400, "bad_request")]
    [InlineData("GET", "/v1/storage/key/", 400, "bad_request")]
    [InlineData("GET", "/v1/storage/key/a?consistency=perhaps", 400, "bad_request")]
    [InlineData("PUT", "/v1/storage/key/a?ttl=5", 400, "bad_request")]
    [InlineData("GET", "/no/such/path", 404, "not_found")]
    [InlineData("PATCH", "/v1/storage/key/a", 405, "method_not_allowed")]
    [InlineData("DELETE", "/v1/cluster", 405, "method_not_allowed")]
    public async Task A_bad_request_is_refused_by_name(string method, string path, int status, string code)
    {
        var answer = await Client.SendAsync(new HttpMethod(method), path);
        AssertError(answer, status, code);
        Assert.Equal(status == 405, answer.Headers.ContainsKey("Allow"));
    }

    [Fact]
    public async Task A_key_that_is_too_long_is_refused_with_the_limit()
    {
        var answer = await Client.SetAsync(new string('k', 4097), "x");
        AssertError(answer, 413, "key_too_large");
        Assert.Equal(4096, answer.Json.GetProperty("limit").GetInt64());
    }

    [Fact]
    public async Task A_value_of_two_gigabytes_is_refused_without_being_read()
    {
        using var connection = await BareHttpConnection.OpenAsync(Cluster.Nodes[1].UserPort);
        await connection.SendAsync("PUT /v1/storage/key/huge HTTP/1.1\r\nHost: keva\r\nContent-Length: 2147483648\r\n\r\nonly this much");
        using var limit = new CancellationTokenSource(Eventually.Deadline);
        var status = await connection.ReadAnswerAsync(limit.Token);
        Assert.Equal(413, status);
        Assert.Contains("\"code\":\"value_too_large\"", Encoding.UTF8.GetString(connection.Body.Span), StringComparison.Ordinal);
        Assert.Contains("\"limit\":1048576", Encoding.UTF8.GetString(connection.Body.Span), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, (await Client.GetAsync("huge")).Status);
    }

    [Fact]
    public async Task Headers_without_end_are_refused()
    {
        using var connection = await BareHttpConnection.OpenAsync(Cluster.Nodes[1].UserPort);
        await connection.SendAsync("GET /v1/cluster HTTP/1.1\r\nHost: keva\r\n");
        await connection.SendAsync($"X-Long: {new string('x', 40_000)}\r\n\r\n");
        using var limit = new CancellationTokenSource(Eventually.Deadline);
        Assert.Equal(431, await connection.ReadAnswerAsync(limit.Token));
    }

    private static void AssertError(Answer answer, int status, string code)
    {
        Assert.Equal(status, (int)answer.Status);
        Assert.Equal(code, answer.Code);
        Assert.NotEmpty(answer.Json.GetProperty("error").GetString()!);
        Assert.StartsWith("application/json", answer.Headers["Content-Type"], StringComparison.Ordinal);
    }

    public sealed class Fixture(IMessageSink sink) : IAsyncLifetime
    {
        internal ClusterUnderTest Cluster { get; private set; } = null!;

        public async Task InitializeAsync() => Cluster = await ClusterUnderTest.StartAsync(new SinkOutput(sink));

        public async Task DisposeAsync() => await Cluster.DisposeAsync();
    }
}
