using System.Text;
using System.Text.Json;
using Keva.Node.Dashboard;
using Keva.Node.State;
using Keva.Tests.Actors;
using Keva.Tests.Gateway;
using Keva.Tests.Store;

namespace Keva.Tests.Dashboard;

public sealed class KeyListTests : IAsyncLifetime
{
    private readonly ScriptedStoreInspector store = new();
    private TestGateway gateway = null!;

    public async Task InitializeAsync() => gateway = await TestGateway.StartAsync(moreRoutes: DashboardRoutes.Of(
        new DashboardFeed(() => new ScriptedCamera(), new ManualTime()), new ScriptedClusterEvents(), store, new ScriptedKeyValueService()));

    public async Task DisposeAsync() => await gateway.DisposeAsync();

    [Fact]
    public async Task A_page_of_keys_says_of_which_node_and_revision_it_is()
    {
        store.Replica.Set("b", "four");
        store.Replica.Set("a", "");
        store.Replica.Set("b", "sixsix");

        var response = await gateway.SendAsync("GET", "/v1/dashboard/keys");

        Assert.Equal((200, "no-store", "3"), (response.Status, response.Headers["cache-control"], response.Headers["keva-revision"]));
        Assert.Equal(
            """
            {"node":"host1","revision":3,"applied_index":3,"more":false,"keys":[
            {"key":"a","bytes":0,"create_revision":2,"mod_revision":2,"version":1},
            {"key":"b","bytes":6,"create_revision":1,"mod_revision":3,"version":2}]}
            """.ReplaceLineEndings(""),
            response.Text);
    }

    [Fact]
    public async Task Page_by_page_come_all_keys_with_the_prefix_and_no_others_in_the_order_of_their_bytes()
    {
        foreach (var key in new[] { "users", "user", "users/2", "users/1", "users/10", "users/ä", "users0", "x", "users/\u0000", "users/<b>" })
        {
            store.Replica.Set(key, "v");
        }

        var listed = new List<string>();
        var more = true;
        while (more)
        {
            var after = listed.Count > 0 ? $"&after={Uri.EscapeDataString(listed[^1])}" : "";
            var response = await gateway.SendAsync("GET", $"/v1/dashboard/keys?prefix=users%2F&limit=2{after}");
            using var page = JsonDocument.Parse(response.Text);
            listed.AddRange(page.RootElement.GetProperty("keys").EnumerateArray().Select(line => line.GetProperty("key").GetString()!));
            more = page.RootElement.GetProperty("more").GetBoolean();
        }

        Assert.Equal(["users/\u0000", "users/1", "users/10", "users/2", "users/<b>", "users/ä"], listed);
    }

    [Fact]
    public async Task A_page_that_follows_a_key_that_was_deleted_goes_on_behind_it()
    {
        store.Replica.Set("a", "");
        store.Replica.Set("c", "");

        var response = await gateway.SendAsync("GET", "/v1/dashboard/keys?after=b");

        Assert.Contains("\"keys\":[{\"key\":\"c\"", response.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prefix=b&after=a")]
    [InlineData("prefix=b&after=")]
    [InlineData("prefix=b")]
    public async Task A_key_before_the_prefix_to_go_on_behind_means_from_the_first(string query)
    {
        store.Replica.Set("a", "");
        store.Replica.Set("b", "");

        Assert.Contains("\"keys\":[{\"key\":\"b\"", (await gateway.SendAsync("GET", $"/v1/dashboard/keys?{query}")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=1001")]
    [InlineData("limit=-1")]
    [InlineData("limit=ten")]
    [InlineData("suffix=a")]
    public async Task What_it_does_not_take_is_refused(string query)
    {
        var response = await gateway.SendAsync("GET", $"/v1/dashboard/keys?{query}");

        Assert.Equal((400, "bad_request"), (response.Status, response.Error.Code));
    }

    [Fact]
    public async Task A_node_without_a_store_says_so()
    {
        store.IsThere = false;

        var response = await gateway.SendAsync("GET", "/v1/dashboard/keys");

        Assert.Equal((503, "joining"), (response.Status, response.Error.Code));
    }

    [Fact]
    public void A_page_has_no_more_than_the_limit_and_ends_early_if_keys_are_long()
    {
        var replica = new StoreReplica();
        for (var i = 0; i < 200; i++)
        {
            replica.Set(Encoding.UTF8.GetBytes(new string('k', 4000) + i), []);
        }

        var page = KeyListing.Of(replica.Machine, new ListKeys(default, default, Limit: 1000));

        Assert.True(page.HasMore);
        Assert.InRange(page.Records.Sum(record => record.Key.Length), 256 * 1024, 256 * 1024 + 5000);
        Assert.Single(KeyListing.Of(replica.Machine, new ListKeys(default, default, Limit: 1)).Records);
    }
}
