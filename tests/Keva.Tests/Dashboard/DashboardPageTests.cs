using System.Text.RegularExpressions;
using Keva.Node.Dashboard;
using Keva.Node.Gateway;
using Keva.Tests.Gateway;

namespace Keva.Tests.Dashboard;

public sealed class DashboardPageTests
{
    private const string AsBrowser = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n";

    [Theory]
    [InlineData("")]
    [InlineData("Accept: */*\r\n")]
    [InlineData("Accept: application/json\r\n")]
    public async Task Who_is_no_browser_gets_json_at_the_root(string headers)
    {
        await using var gateway = await TestGateway.StartAsync();

        var response = await gateway.SendAsync("GET", "/", headers);

        Assert.Equal((200, "application/json", "Accept"), (response.Status, response.Headers["content-type"], response.Headers["vary"]));
    }

    [Fact]
    public async Task A_browser_gets_a_page_that_may_load_only_its_own_files_and_talk_only_to_members()
    {
        await using var gateway = await TestGateway.StartAsync();

        var response = await gateway.SendAsync("GET", "/", AsBrowser);

        Assert.Equal((200, "text/html; charset=utf-8", "Accept"), (response.Status, response.Headers["content-type"], response.Headers["vary"]));
        Assert.Equal(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            + "connect-src 'self' http://127.0.0.1:3801 http://127.0.0.1:3802; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            response.Headers["content-security-policy"]);
        Assert.Equal(("nosniff", "no-referrer", "no-cache"), (response.Headers["x-content-type-options"], response.Headers["referrer-policy"], response.Headers["cache-control"]));
        Assert.Contains("name=\"keva-members\" content=\"http://127.0.0.1:3801 http://127.0.0.1:3802\"", response.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_members_say_of_their_addresses_gets_into_neither_page_nor_policy_unless_it_is_an_address()
    {
        await using var gateway = await TestGateway.StartAsync();
        var view = Views.Leading("host1");
        gateway.Service.View = view with
        {
            Members =
            [
                view.Members[0] with { HttpAddress = "good.example:3800" },
                view.Members[1] with { HttpAddress = "x\"><script>:1; script-src *" },
                view.Members[2] with { HttpAddress = "[::1]:3800" },
                view.Members[2] with { HttpAddress = "stranger.example:80", Status = MemberStatus.Joining },
            ],
        };

        var response = await gateway.SendAsync("GET", "/", AsBrowser);

        Assert.Contains("connect-src 'self' http://good.example:3800; base-uri", response.Headers["content-security-policy"], StringComparison.Ordinal);
        Assert.Contains("content=\"http://good.example:3800\"", response.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_browser_that_has_the_page_is_told_so_until_the_members_change()
    {
        await using var gateway = await TestGateway.StartAsync();
        var first = await gateway.SendAsync("GET", "/", AsBrowser);
        var known = $"{AsBrowser}If-None-Match: {first.Headers["etag"]}\r\n";

        var same = await gateway.SendAsync("GET", "/", known);
        var view = gateway.Service.View;
        gateway.Service.View = view with { Members = [view.Members[0]] };
        var changed = await gateway.SendAsync("GET", "/", known);

        Assert.Equal((304, ""), (same.Status, same.Text));
        Assert.Equal(200, changed.Status);
    }

    [Fact]
    public async Task Each_file_that_the_page_names_is_served_with_its_type_and_kept_by_the_browser()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var connection = await gateway.ConnectAsync();
        var files = DashboardFile.LoadAll().Where(file => file.Name != "index.html").ToArray();
        Assert.True(files.Length > 10, "the dashboard has files");
        foreach (var file in files)
        {
            var response = await connection.SendAsync("GET", $"/dashboard/{file.Name}");
            var again = await connection.SendAsync("GET", $"/dashboard/{file.Name}", $"If-None-Match: {response.Headers["etag"]}\r\n");

            var type = Path.GetExtension(file.Name) switch
            {
                ".js" => "text/javascript; charset=utf-8",
                ".css" => "text/css; charset=utf-8",
                ".svg" => "image/svg+xml",
                _ => "unknown",
            };
            Assert.Equal((200, type, "nosniff"), (response.Status, response.Headers["content-type"], response.Headers["x-content-type-options"]));
            Assert.Equal(file.Content.ToArray(), response.Body);
            Assert.Equal(304, again.Status);
        }

        var named = DashboardFile.LoadAll()
            .SelectMany(file => Regex.Matches(TextOf(file), "(?:/dashboard/|from '\\./)(?<name>[a-z-]+\\.[a-z]+)", RegexOptions.None, TimeSpan.FromSeconds(1)))
            .Select(match => match.Groups["name"].Value);
        Assert.Empty(named.Except(files.Select(file => file.Name)));
        Assert.Equal(404, (await connection.SendAsync("GET", "/dashboard/index.html")).Status);
        Assert.Equal(404, (await connection.SendAsync("GET", "/dashboard/../keva.toml")).Status);
    }

    [Fact]
    public void Nothing_in_the_page_loads_from_elsewhere_or_makes_markup_of_text()
    {
        foreach (var file in DashboardFile.LoadAll())
        {
            var text = TextOf(file).Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal);

            // 'http://' alone is put before a member's address.
            Assert.DoesNotMatch("https?://[a-z0-9]", text);
            Assert.DoesNotMatch("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|DOMParser|eval\\(|new Function|javascript:", text);
            Assert.DoesNotMatch("\\son[a-z]+=\"|<style|\\sstyle=", text);
        }
    }

    private static string TextOf(DashboardFile file) => System.Text.Encoding.UTF8.GetString(file.Content.Span);
}
