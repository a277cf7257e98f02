using System.Net.Http.Headers;
using System.Text.Json;
using Keva.Node.Gateway;

namespace Keva.Tests.Gateway;

public sealed class ErrorMapTests
{
    /// <summary>The published table, written down a second time: a change of the contract must be made in both places.</summary>
    public static TheoryData<KevaError, int, string, bool> Contract => new()
    {
        { KevaError.BadRequest, 400, "bad_request", false },
        { KevaError.CrossOrigin, 403, "cross_origin", false },
        { KevaError.NotFound, 404, "not_found", false },
        { KevaError.MethodNotAllowed, 405, "method_not_allowed", false },
        { KevaError.RequestTimeout, 408, "request_timeout", false },
        { KevaError.QuorumAtRisk, 409, "quorum_at_risk", false },
        { KevaError.MemberIsUp, 409, "member_is_up", false },
        { KevaError.ChangeUnderWay, 409, "change_under_way", true },
        { KevaError.KeyTooLarge, 413, "key_too_large", false },
        { KevaError.ValueTooLarge, 413, "value_too_large", false },
        { KevaError.UnsupportedMediaType, 415, "unsupported_media_type", false },
        { KevaError.NotLeader, 421, "not_leader", false },
        { KevaError.Busy, 429, "busy", true },
        { KevaError.Internal, 500, "internal", false },
        { KevaError.NoLeader, 503, "no_leader", true },
        { KevaError.Stopping, 503, "stopping", true },
        { KevaError.Joining, 503, "joining", true },
        { KevaError.NotReady, 503, "not_ready", true },
        { KevaError.GossipUnavailable, 503, "gossip_unavailable", true },
        { KevaError.OutcomeUnknown, 504, "outcome_unknown", false },
        { KevaError.DiskFull, 507, "disk_full", false },
    };

    [Fact]
    public void Every_error_has_a_row_and_no_two_share_a_code()
    {
        var errors = Enum.GetValues<KevaError>();
        Assert.Equal(errors.Length, Contract.Count());
        Assert.Equal(errors.Length, errors.Select(error => ErrorMap.Of(error).Code).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [MemberData(nameof(Contract))]
    public async Task Every_error_of_the_store_has_its_status_code_and_sentence_on_every_request(
        KevaError error, int status, string code, bool retry)
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Service.View = Views.Leading("host2");
        gateway.Service.Failure = new KevaFailure(error, "Something is the matter.", Limit: 99);
        foreach (var (method, path, body) in new[]
                 {
                     ("GET", "/v1/storage/key/a", ""),
                     ("PUT", "/v1/storage/key/a", "v"),
                     ("POST", "/v1/storage/key/a", "v"),
                     ("DELETE", "/v1/storage/key/a", ""),
                     ("POST", "/", """{"cmd":"get","key":"a"}"""),
                     ("POST", "/", """{"cmd":"set","key":"a","val":"v"}"""),
                     ("POST", "/", """{"cmd":"delete","key":"a"}"""),
                 })
        {
            var response = await gateway.SendAsync(method, path, body: body);

            Assert.Equal(path == "/" && error == KevaError.NotLeader ? 307 : status, response.Status);
            Assert.Equal((code, "Something is the matter."), response.Error);
            Assert.Equal("application/json", response.Headers["content-type"]);
            Assert.Equal("host1", response.Headers["keva-node"]);
            Assert.Equal("host2", response.Headers["keva-leader"]);
            Assert.Equal(retry, response.Headers.ContainsKey("retry-after"));
            Assert.Equal(99, JsonDocument.Parse(response.Text).RootElement.GetProperty("limit").GetInt64());
        }
    }

    [Fact]
    public async Task An_error_answers_a_HEAD_with_its_status_and_no_body()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Service.Failure = new KevaFailure(KevaError.NoLeader, "There is no leader.");
        await using var connection = await gateway.ConnectAsync();

        var head = await connection.SendAsync("HEAD", "/v1/storage/key/a");
        gateway.Service.Failure = null;
        var next = await connection.SendAsync("GET", "/v1/storage/key/a");

        Assert.Equal((503, "1"), (head.Status, head.Headers["retry-after"]));
        Assert.Equal(204, next.Status);
    }

    [Fact]
    public async Task A_store_that_throws_is_a_500_in_JSON_and_one_line_in_the_log()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Service.Before = () => throw new InvalidOperationException("planted");
        foreach (var (method, path) in new[] { ("GET", "/v1/storage/key/a?consistency=stale"), ("PUT", "/v1/storage/key/a"), ("POST", "/") })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            request.Content = path == "/" ? new StringContent("""{"cmd":"get","key":"a"}""", new MediaTypeHeaderValue("application/json")) : null;
            using var response = await gateway.Client.SendAsync(request);

            Assert.Equal(500, (int)response.StatusCode);
            var (code, sentence) = await response.ReadErrorAsync();
            Assert.Equal("internal", code);
            Assert.DoesNotContain("planted", sentence, StringComparison.Ordinal);
            Assert.Equal("host1", response.Headers.GetValues("Keva-Node").Single());
        }

        Assert.Equal(3, gateway.Log.Lines.Count);
        Assert.All(gateway.Log.Lines, line => Assert.Equal(3001, line.Event));
        Assert.Contains("/v1/storage/key/a?consistency=stale", gateway.Log.Lines[0].Text, StringComparison.Ordinal);
    }
}
