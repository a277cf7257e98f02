using System.Diagnostics;
using System.Globalization;
using System.Net;
using Keva.Cluster.Tests.Harness;
using Keva.Cluster.Tests.Harness.Browser;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests;

/// <summary>The dashboard of a real cluster in a real browser. Its pictures are left beside the tests, in <c>screenshots</c>.</summary>
[Collection(AloneOnTheMachine.Name)]
public sealed class DashboardTests(ITestOutputHelper output)
{
    private static readonly TimeSpan FailoverLimit = TimeSpan.FromSeconds(5);

    private static readonly string Screenshots = Path.Combine(AppContext.BaseDirectory, "screenshots");

    [FactIfProgram(BrowserPage.Program)]
    public async Task A_page_outlives_the_leader_that_it_came_from_and_shows_the_new_one_in_time()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        var leader = await cluster.LeaderAsync();
        await using var page = await OpenAsync(leader);
        await SeesAllIsWellAsync(page, cluster, leader);

        var clock = Stopwatch.StartNew();
        await leader.KillAsync();
        await page.WaitForTextAsync("#headline", $"{leader.Name} does not answer", FailoverLimit);
        await page.WaitForAsync(
            $"!['–', '{leader.Name}'].includes(document.querySelector('#figure-leader').textContent)", "another leads", FailoverLimit);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the page showed the new leader after {clock.ElapsedMilliseconds} ms"));
        Assert.True(clock.Elapsed < FailoverLimit, "the page showed the failure and the new leader within five seconds");

        var successor = await cluster.LeaderAsync();
        await page.WaitForTextAsync("#figure-leader", successor.Name, FailoverLimit);
        await page.WaitForTextAsync("#source-text", "live from host");
        Assert.DoesNotContain(leader.Name, await page.TextAsync("#source-text"), StringComparison.Ordinal);
        await page.WaitForTextAsync("#advice", $"Bring back {leader.Name} first");
        await page.WaitForTextAsync("#events", $"{successor.Name} leads");
        await page.SaveScreenshotAsync(Path.Combine(Screenshots, "failover.png"));

        await page.EvaluateAsync("location.hash = '#keys'");
        await SetAsync(page, "written/after", "the page's node is gone");
        await page.WaitForTextAsync("#value-text", "the page's node is gone");
        leader.Start();
        await page.WaitForTextAsync("#advice", "All 3 voters answer");

        // A browser says on the console which connections broke; nothing else may be there.
        Assert.All(page.Console, line => Assert.StartsWith(leader.Url, line.Url, StringComparison.Ordinal));
        AssertOnlyMembersWereAsked(page, cluster);
    }

    [FactIfProgram(BrowserPage.Program)]
    public async Task A_key_is_set_found_changed_and_deleted_by_keyboard_alone()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        var node = cluster.AllBut(await cluster.LeaderAsync())[0];
        await using var page = await OpenAsync(node, "#keys");
        const string Hostile = "a/<img src=x onerror=alert(1)>&\"'";
        await page.WaitForTextAsync("#key-list", "No keys");
        foreach (var key in new[] { Hostile, "a/b", "b" })
        {
            await SetAsync(page, key, "{\"of\":\"" + key.Length + "\"}");
        }

        await page.EvaluateAsync("document.querySelector('#prefix').focus()");
        await page.TypeAsync("a/");
        await page.PressAsync("Enter");
        await page.WaitForAsync("document.querySelectorAll('#key-list [role=option]').length === 2", "two keys begin with a/");
        await TabToAsync(page, "key-list");
        await page.PressAsync("ArrowDown");
        await page.WaitForTextAsync("#value-key", Hostile);
        await page.WaitForTextAsync("#value-text", $"\"of\": \"{Hostile.Length}\"");
        Assert.Equal(0, (await page.EvaluateAsync("document.querySelectorAll('#content img').length")).GetInt32());

        await TabToAsync(page, "delete-value");
        await page.PressAsync("Enter");
        await page.WaitForAsync("document.activeElement.id === 'confirm-cancel'", "the safe choice has the focus");
        await page.PressAsync("Tab");
        await page.PressAsync("Enter");
        await page.WaitForAsync("document.querySelectorAll('#key-list [role=option]').length === 1", "one key is left");
        Assert.Equal(HttpStatusCode.NoContent, (await node.Client.GetAsync(Hostile)).Status);
        Assert.Empty(page.Console);
        AssertOnlyMembersWereAsked(page, cluster);
    }

    [FactIfProgram(BrowserPage.Program)]
    public async Task It_fits_light_and_dark_and_a_phone()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        var leader = await cluster.LeaderAsync();
        await using var page = await OpenAsync(leader);
        await SeesAllIsWellAsync(page, cluster, leader);
        await using (var load = new WriteLoad("dashboard", cluster.Nodes, writers: 2))
        {
            await load.WaitForMoreAsync(500);
            await page.WaitForAsync("Number(document.querySelector('#figure-commit').textContent.replaceAll(',', '')) > 500", "the page shows the load");
            await page.SaveScreenshotAsync(Path.Combine(Screenshots, "light.png"));
        }

        Assert.Equal("rgb(246, 246, 243)", await BackgroundAsync(page));
        await page.PreferAsync(ColorScheme.Dark);
        Assert.Equal("rgb(17, 20, 22)", await BackgroundAsync(page));
        await page.SaveScreenshotAsync(Path.Combine(Screenshots, "dark.png"));
        await page.ClickAsync("#theme");
        Assert.Equal("rgb(246, 246, 243)", await BackgroundAsync(page));
        await page.ResizeAsync(360, 780);
        await page.WaitForAsync(
            "((marks) => marks.length > 0 && marks.every((mark) => Number(mark.getAttribute('x1')) > 0.7 * mark.ownerSVGElement.clientWidth))([...document.querySelectorAll('.mark')])",
            "the election of a moment ago is marked at the right edge, which has moved");
        Assert.Empty(page.Console);

        await using var phone = await OpenAsync(leader, isPhone: true);
        await SeesAllIsWellAsync(phone, cluster, leader);
        await phone.SaveScreenshotAsync(Path.Combine(Screenshots, "phone.png"));
        Assert.Equal(360, (await phone.EvaluateAsync("document.documentElement.scrollWidth")).GetInt32());
        await phone.EvaluateAsync("document.documentElement.style.fontSize = '200%'");
        Assert.Equal(360, (await phone.EvaluateAsync("document.documentElement.scrollWidth")).GetInt32());
        Assert.Empty(phone.Console);
    }

    private static async Task<BrowserPage> OpenAsync(NodeUnderTest node, string view = "", bool isPhone = false)
    {
        var (width, height) = isPhone ? (360, 780) : (1280, 860);
        var page = await BrowserPage.StartAsync(width, height, isPhone);
        try
        {
            await page.GoToAsync($"{node.Url}/{view}");
            await page.WaitForTextAsync("#source-text", $"live from {node.Name}");
            return page;
        }
        catch
        {
            await page.DisposeAsync();
            throw;
        }
    }

    private static async Task SeesAllIsWellAsync(BrowserPage page, ClusterUnderTest cluster, NodeUnderTest leader)
    {
        // The headline is another if a node warns, as of a slow disk.
        await page.WaitForTextAsync("#advice", $"All {cluster.Nodes.Length} voters answer");
        await page.WaitForTextAsync("#figure-leader", leader.Name);
        foreach (var node in cluster.Nodes)
        {
            await page.WaitForTextAsync("#members tbody", node.Name);
            await page.WaitForAsync(
                $"[...document.querySelectorAll('#disks tbody tr')].some((row) => row.textContent.includes('{node.Name}') && row.textContent.includes('iB'))",
                $"the disk of {node.Name} is shown: the page hears from it");
        }
    }

    private static async Task SetAsync(BrowserPage page, string key, string value)
    {
        await page.ClickAsync("#new-key");
        await page.EvaluateAsync("document.querySelector('#editor-key').select()");
        await page.TypeAsync(key);
        await page.PressAsync("Tab");
        await page.TypeAsync(value);
        await TabToAsync(page, "editor-save");
        await page.PressAsync("Enter");
        await page.WaitForAsync("!document.querySelector('#editor').open", $"{key} is set");
        await page.WaitForTextAsync("#value-key", key);
    }

    private static async Task TabToAsync(BrowserPage page, string id)
    {
        for (var i = 0; i < 20; i++)
        {
            if ((await page.EvaluateAsync("document.activeElement.id")).GetString() == id)
            {
                return;
            }

            await page.PressAsync("Tab");
        }

        Assert.Fail($"{id} is not reached with the Tab key");
    }

    private static async Task<string> BackgroundAsync(BrowserPage page) =>
        (await page.EvaluateAsync("getComputedStyle(document.body).backgroundColor")).GetString()!;

    private static void AssertOnlyMembersWereAsked(BrowserPage page, ClusterUnderTest cluster) =>
        Assert.DoesNotContain(page.Requests, url => url.Scheme != "about" && cluster.Nodes.All(node => new Uri(node.Url).Authority != url.Authority));
}
