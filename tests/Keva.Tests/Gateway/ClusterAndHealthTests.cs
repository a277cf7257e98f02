using Keva.Node.Gateway;

namespace Keva.Tests.Gateway;

public sealed class ClusterAndHealthTests
{
    [Fact]
    public async Task The_cluster_is_shown_with_the_names_of_the_contract()
    {
        await using var gateway = await TestGateway.StartAsync();
        var view = Views.Leading("host2");
        gateway.Service.View = view with
        {
            Members = [view.Members[0], view.Members[1], view.Members[2] with { Role = MemberRole.Learner, Status = MemberStatus.Joining, Version = null }],
        };

        var response = await gateway.SendAsync("GET", "/v1/cluster");

        Assert.Equal((200, "application/json"), (response.Status, response.Headers["content-type"]));
        Assert.Equal(
            """
            {"cluster":"demo","leader":"host2","term":4,"commit_index":17,"applied_index":16,"cluster_id":"00000000000000aa","node":"host1","ready":true,"not_ready_reason":null,"members":[
            {"id":"0000000000000001","name":"host1","keva_address":"127.0.0.1:3700","http_address":"127.0.0.1:3800","role":"voter","status":"up","match_index":17,"applied_index":16,"state_hash":"0123456789abcdef","version":"0.1.0"},
            {"id":"0000000000000002","name":"host2","keva_address":"127.0.0.1:3701","http_address":"127.0.0.1:3801","role":"leader","status":"up","match_index":17,"applied_index":16,"state_hash":"0123456789abcdef","version":"0.1.0"},
            {"id":"0000000000000003","name":"host3","keva_address":"127.0.0.1:3702","http_address":"127.0.0.1:3802","role":"learner","status":"joining","match_index":null,"applied_index":null,"state_hash":null,"version":null}]}
            """.ReplaceLineEndings(""),
            response.Text);
    }

    [Fact]
    public async Task The_cluster_is_shown_without_a_leader_too()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Service.View = Views.Leaderless;

        var response = await gateway.SendAsync("GET", "/v1/cluster");

        Assert.Equal(200, response.Status);
        Assert.Contains("\"leader\":null", response.Text, StringComparison.Ordinal);
        Assert.False(response.Headers.ContainsKey("keva-leader"));
    }

    [Fact]
    public async Task A_node_is_ready_when_a_leader_is_known_and_it_has_caught_up()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var connection = await gateway.ConnectAsync();

        var ready = await connection.SendAsync("GET", "/health/ready");
        Assert.Equal((200, """{"status":"ready"}"""), (ready.Status, ready.Text));

        var view = Views.Leading("host2");
        foreach (var (changed, code, reason) in new[]
                 {
                     (Views.Leaderless with { IsReady = false }, "no_leader", "leader"),
                     (view with { IsReady = false }, "not_ready", "caught up"),
                     (view with { IsReady = false, NotReadyReason = "Replaying 7 of 9." }, "not_ready", "7 of 9"),
                     (view with { IsStopping = true }, "stopping", "stopping"),
                 })
        {
            gateway.Service.View = changed;
            var response = await connection.SendAsync("GET", "/health/ready");

            Assert.Equal((503, code), (response.Status, response.Error.Code));
            Assert.Contains(reason, response.Error.Sentence, StringComparison.Ordinal);
            var live = await connection.SendAsync("GET", "/health/live");
            Assert.Equal((200, """{"status":"live"}"""), (live.Status, live.Text));
        }
    }

    [Fact]
    public async Task The_root_tells_where_the_interfaces_are()
    {
        await using var gateway = await TestGateway.StartAsync();

        var response = await gateway.SendAsync("GET", "/");

        Assert.Equal(200, response.Status);
        foreach (var path in new[] { "/v1/storage/key/", "/v1/cluster", "/health/live", "/health/ready", "/openapi.json" })
        {
            Assert.Contains(path, response.Text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/v1/cluster")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task A_page_about_the_node_is_read_only_and_takes_no_parameters(string path)
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var connection = await gateway.ConnectAsync();

        var head = await connection.SendAsync("HEAD", path);
        var post = await connection.SendAsync("POST", path, body: "{}");
        var parameter = await connection.SendAsync("GET", path + "?verbose=1");

        Assert.Equal((200, 405, 400), (head.Status, post.Status, parameter.Status));
        Assert.Equal("GET, HEAD", post.Headers["allow"]);
        Assert.Contains("'verbose'", parameter.Error.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_no_header_can_carry_is_percent_encoded()
    {
        await using var gateway = await TestGateway.StartAsync();
        var view = Views.Leading("host1");
        gateway.Service.View = view with { SelfName = "wirt ü\r\nX: y", Members = [view.Members[0] with { Name = "ü" }] };

        var response = await gateway.SendAsync("GET", "/v1/storage/key/a");

        Assert.Equal(204, response.Status);
        Assert.Equal(("wirt%20%C3%BC%0D%0AX%3A%20y", "%C3%BC"), (response.Headers["keva-node"], response.Headers["keva-leader"]));
    }
}
