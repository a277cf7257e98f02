using Keva.Node.Gateway.Http;
using Keva.Tests.Gateway;

namespace Keva.Tests.Dashboard;

/// <summary>The members are 127.0.0.1:3801 (host1, the leader), 127.0.0.1:3801 and 127.0.0.1:3802.</summary>
public sealed class MemberSharingTests : IAsyncLifetime
{
    private const string Key = "/v1/storage/key/a";

    private TestGateway gateway = null!;

    public async Task InitializeAsync() => gateway = await TestGateway.StartAsync(
        moreRoutes: [new HttpRoute("/v1/dashboard/keys", ("GET", exchange => exchange.SendStatusAsync(204)))]);

    public async Task DisposeAsync() => await gateway.DisposeAsync();

    [Theory]
    [InlineData("http://127.0.0.1:3802")]
    [InlineData("http://localhost:3802")]
    [InlineData("http://[::1]:3802")]
    public async Task A_page_of_a_member_may_read_and_write_keys(string origin)
    {
        var set = await gateway.SendAsync("PUT", Key, $"Origin: {origin}\r\nSec-Fetch-Site: same-site\r\n", "value");
        var get = await gateway.SendAsync("GET", Key, $"Origin: {origin}\r\n");

        Assert.Equal((200, origin, "Origin"), (set.Status, set.Headers["access-control-allow-origin"], set.Headers["vary"]));
        Assert.Equal((200, origin, "value"), (get.Status, get.Headers["access-control-allow-origin"], get.Text));
        Assert.Contains("Keva-Consistency", get.Headers["access-control-expose-headers"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_browser_that_asks_first_is_told_which_methods_a_member_may_use()
    {
        var preflight = await gateway.SendAsync(
            "OPTIONS", Key, "Origin: http://127.0.0.1:3802\r\nAccess-Control-Request-Method: DELETE\r\nSec-Fetch-Site: same-site\r\n");

        Assert.Equal((204, "http://127.0.0.1:3802", "GET, PUT, DELETE"), (preflight.Status, preflight.Headers["access-control-allow-origin"], preflight.Headers["access-control-allow-methods"]));
    }

    [Theory]
    [InlineData("http://127.0.0.1:3803")]
    [InlineData("http://127.0.0.2:3802")]
    [InlineData("http://127.0.0.1")]
    [InlineData("https://127.0.0.1:3802")]
    [InlineData("http://127.0.0.1:3802.evil.example")]
    [InlineData("http://evil.example:3802")]
    [InlineData("http://user@127.0.0.1:3802")]
    [InlineData("null")]
    [InlineData("*")]
    public async Task No_other_page_may(string origin)
    {
        var headers = $"Origin: {origin}\r\nSec-Fetch-Site: cross-site\r\n";
        var get = await gateway.SendAsync("GET", Key, headers);
        var list = await gateway.SendAsync("GET", "/v1/dashboard/keys", headers);
        var set = await gateway.SendAsync("PUT", Key, headers, "value");
        var preflight = await gateway.SendAsync("OPTIONS", Key, $"{headers}Access-Control-Request-Method: PUT\r\n");

        Assert.All(new[] { get, list, set, preflight }, response => Assert.DoesNotContain("access-control-allow-origin", response.Headers.Keys));
        Assert.Equal((403, 403), (set.Status, preflight.Status));
        Assert.Null(gateway.Service["a"]);
    }

    [Theory]
    [InlineData("POST", "/")]
    [InlineData("POST", "/v1/cluster/leave")]
    [InlineData("GET", "/v1/cluster")]
    [InlineData("GET", "/v1/dashboardx")]
    public async Task What_a_dashboard_does_not_need_is_shared_with_no_page(string method, string path)
    {
        var response = await gateway.SendAsync(method, path, "Origin: http://127.0.0.1:3802\r\nSec-Fetch-Site: same-site\r\n");

        Assert.DoesNotContain("access-control-allow-origin", response.Headers.Keys);
        Assert.True(method == "GET" || response.Status == 403, "a write is refused");
    }

    [Fact]
    public async Task A_member_that_is_one_no_more_loses_its_rights_at_once()
    {
        var view = gateway.Service.View;
        gateway.Service.View = view with { Members = [view.Members[0], view.Members[1]] };

        var response = await gateway.SendAsync("GET", Key, "Origin: http://127.0.0.1:3802\r\n");

        Assert.DoesNotContain("access-control-allow-origin", response.Headers.Keys);
    }

    [Fact]
    public async Task The_default_port_is_left_out_of_an_origin()
    {
        var view = gateway.Service.View;
        gateway.Service.View = view with { Members = [view.Members[0] with { HttpAddress = "keva.example:80" }] };

        var response = await gateway.SendAsync("GET", Key, "Origin: http://keva.example\r\n");

        Assert.Equal("http://keva.example", response.Headers["access-control-allow-origin"]);
    }
}
