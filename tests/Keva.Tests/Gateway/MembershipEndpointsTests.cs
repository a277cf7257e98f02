using Keva.Node.Gateway;
using Keva.Node.Gateway.Http;

namespace Keva.Tests.Gateway;

public sealed class MembershipEndpointsTests
{
    private readonly ScriptedClusterService cluster = new();

    [Theory]
    [InlineData("leave", "", "leave force=False")]
    [InlineData("leave", """{"force":true}""", "leave force=True")]
    [InlineData("remove", """{"member":"host2"}""", "remove host2 failed=False force=False")]
    [InlineData("down", """{"member":"host2","force":true}""", "remove host2 failed=True force=True")]
    [InlineData("transfer", """{"member":"host2"}""", "transfer host2")]
    [InlineData("transfer", """{"member":null}""", "transfer ")]
    [InlineData("transfer", "", "transfer ")]
    public async Task A_request_reaches_the_cluster(string path, string body, string expected)
    {
        await using var gateway = await StartAsync();

        var response = await gateway.SendAsync("POST", "/v1/cluster/" + path, "Content-Type: application/json\r\n", body);

        Assert.Equal((200, """{"done":true}"""), (response.Status, response.Text));
        Assert.Equal(expected, Assert.Single(cluster.Calls));
    }

    [Theory]
    [InlineData("remove", "", "names no 'member'")]
    [InlineData("remove", "[1]", "must be a JSON object")]
    [InlineData("remove", "{", "must be a JSON object")]
    [InlineData("remove", """{"member":5}""", "must be a JSON object")]
    [InlineData("leave", """{"member":"host2"}""", "has the field 'member'")]
    public async Task A_bad_request_is_refused_with_the_reason(string path, string body, string expected)
    {
        await using var gateway = await StartAsync();

        var response = await gateway.SendAsync("POST", "/v1/cluster/" + path, "Content-Type: application/json\r\n", body);

        Assert.Equal(400, response.Status);
        Assert.Contains(expected, response.Text, StringComparison.Ordinal);
        Assert.Empty(cluster.Calls);
    }

    [Fact]
    public async Task A_refusal_has_the_status_of_its_error()
    {
        await using var gateway = await StartAsync();
        cluster.Failure = new KevaFailure(KevaError.QuorumAtRisk, "Too few.");

        var response = await gateway.SendAsync("POST", "/v1/cluster/leave");

        Assert.Equal((409, """{"error":"Too few.","code":"quorum_at_risk"}"""), (response.Status, response.Text));
    }

    [Fact]
    public async Task A_page_of_another_site_changes_nothing()
    {
        await using var gateway = await StartAsync();

        var response = await gateway.SendAsync("POST", "/v1/cluster/leave", "Origin: http://elsewhere.example\r\n");

        Assert.Equal(403, response.Status);
        Assert.Empty(cluster.Calls);
    }

    [Fact]
    public void The_arithmetic_counts_voters_that_answer()
    {
        var view = Views.Leading("host2");
        var learner = view with { Members = [view.Members[0], view.Members[1], view.Members[2] with { Role = MemberRole.Learner }] };
        var failed = view with { Members = [view.Members[0], view.Members[1], view.Members[2] with { Status = MemberStatus.Failed }] };

        Assert.Equal((3, 3, 2, 1), Numbers(QuorumArithmetic.Of(view)));
        Assert.Equal((2, 2, 2, 0), Numbers(QuorumArithmetic.Of(learner)));
        Assert.Equal((3, 2, 2, 0), Numbers(QuorumArithmetic.Of(failed)));
        Assert.Equal((2, 1, 2, -1), Numbers(QuorumArithmetic.Without(failed, failed.Members[0])));
    }

    private static (int Voters, int Up, int Majority, int Spare) Numbers(QuorumArithmetic quorum) =>
        (quorum.Voters, quorum.Up, quorum.Majority, quorum.Spare);

    private Task<TestGateway> StartAsync() => TestGateway.StartAsync(moreRoutes: new MembershipEndpoints(cluster).Routes);

    private sealed class ScriptedClusterService : IClusterService
    {
        public List<string> Calls { get; } = [];

        public KevaFailure? Failure { get; set; }

        public Task<KevaFailure?> LeaveAsync(bool force) => Note($"leave force={force}");

        public Task<KevaFailure?> RemoveAsync(string member, bool onlyIfFailed, bool force) =>
            Note($"remove {member} failed={onlyIfFailed} force={force}");

        public Task<KevaFailure?> TransferAsync(string? member) => Note($"transfer {member}");

        private Task<KevaFailure?> Note(string call)
        {
            Calls.Add(call);
            return Task.FromResult(Failure);
        }
    }
}
