using System.Text.Json;
using Keva.Node.Dashboard;
using Keva.Node.Gateway.Events;
using Keva.Tests.Actors;
using Keva.Tests.Gateway;

namespace Keva.Tests.Dashboard;

public sealed class DashboardStreamTests : IAsyncLifetime
{
    private readonly ManualTime time = new();
    private readonly ScriptedCamera camera = new();
    private readonly ScriptedClusterEvents events = new();
    private TestGateway gateway = null!;

    public async Task InitializeAsync() => gateway = await TestGateway.StartAsync(
        moreRoutes: DashboardRoutes.Of(new DashboardFeed(() => camera, time), events, new ScriptedStoreInspector(), new ScriptedKeyValueService()));

    public async Task DisposeAsync() => await gateway.DisposeAsync();

    [Fact]
    public async Task A_picture_has_what_the_page_shows()
    {
        using var reader = await OpenAsync("/v1/dashboard");

        Assert.Equal("event: picture", await reader.ReadLineAsync());
        using var picture = await ReadPictureAsync(reader);
        var root = picture.RootElement;
        Assert.Equal(("host1", "demo", "host1", 4L, 17L, 16L), (
            root.GetProperty("node").GetString(),
            root.GetProperty("cluster").GetString(),
            root.GetProperty("leader").GetString(),
            root.GetProperty("term").GetInt64(),
            root.GetProperty("commit_index").GetInt64(),
            root.GetProperty("applied_index").GetInt64()));
        Assert.Equal("""{"voters":3,"up":3,"majority":2,"spare":1}""", root.GetProperty("quorum").GetRawText());
        Assert.Equal("""{"keys":2,"bytes":30,"revision":1,"checkpoint_index":9,"unsaved_keys":1,"unsaved_bytes":15}""", root.GetProperty("store").GetRawText());
        Assert.Equal("""{"free_bytes":100,"total_bytes":1000,"journal_bytes":40,"checkpoint_bytes":20}""", root.GetProperty("disk").GetRawText());
        Assert.Equal("""{"queued_writes":3,"last_commit_ms":2,"stalled":false}""", root.GetProperty("journal").GetRawText());
        Assert.Equal("""{"interval_ms":1000,"reads":[[0.5,7]],"writes":[],"failed":1}""", root.GetProperty("traffic").GetRawText());
        Assert.Equal("slow_disk", root.GetProperty("warnings")[0].GetProperty("code").GetString());
        Assert.Equal(["host1", "host2", "host3"], root.GetProperty("members").EnumerateArray().Select(member => member.GetProperty("name").GetString()!));
    }

    [Fact]
    public async Task The_first_picture_has_all_that_happened_and_the_next_what_is_new()
    {
        using var reader = await OpenAsync("/v1/dashboard");
        Assert.Equal(["host3 has failed; 2 of 3 voters answer, 2 are needed", "host2 leads in term 4"], await ReadHappeningsAsync(reader));

        events.Events.TryWrite(ScriptedClusterEvents.EventOf(9, ClusterEventKind.MemberRecovered, "host3", "host3 answers"));
        time.Advance(DashboardFeed.Interval);

        Assert.Equal(["host3 answers"], await ReadHappeningsAsync(reader));
    }

    [Fact]
    public async Task A_page_that_comes_from_another_node_gets_what_it_has_not_seen()
    {
        using var reader = await OpenAsync($"/v1/dashboard?since={ScriptedClusterEvents.Failed.Id}");

        Assert.Equal(["host2 leads in term 4"], await ReadHappeningsAsync(reader));
    }

    [Fact]
    public async Task When_the_page_is_closed_no_more_pictures_are_taken()
    {
        using (var reader = await OpenAsync("/v1/dashboard"))
        {
            await ReadHappeningsAsync(reader);
        }

        await camera.Closed.WaitAsync(TimeSpan.FromSeconds(20));
        await events.WatcherGone.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Empty(gateway.Log.Lines);
    }

    [Theory]
    [InlineData("?since=yesterday", "'since'")]
    [InlineData("?until=1", "'until'")]
    public async Task Parameters_that_it_does_not_take_are_refused_by_name(string query, string name)
    {
        var response = await gateway.SendAsync("GET", "/v1/dashboard" + query);

        Assert.Equal((400, "bad_request"), (response.Status, response.Error.Code));
        Assert.Contains(name, response.Error.Sentence, StringComparison.Ordinal);
        Assert.Equal(0, camera.Taken);
    }

    [Fact]
    public async Task More_than_may_watch_are_told_to_look_at_another_node()
    {
        events.IsFull = true;

        var response = await gateway.SendAsync("GET", "/v1/dashboard");

        Assert.Equal((429, "busy"), (response.Status, response.Error.Code));
    }

    [Fact]
    public async Task A_head_request_ends_at_once() => Assert.Equal(200, (await gateway.SendAsync("HEAD", "/v1/dashboard")).Status);

    private async Task<StreamReader> OpenAsync(string path)
    {
        var response = await gateway.Client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(("text/event-stream", true), (response.Content.Headers.ContentType?.ToString(), response.Headers.CacheControl?.NoStore));
        return new StreamReader(await response.Content.ReadAsStreamAsync());
    }

    private static async Task<string[]> ReadHappeningsAsync(StreamReader reader)
    {
        using var picture = await ReadPictureAsync(reader);
        return [.. picture.RootElement.GetProperty("events").EnumerateArray().Select(item => item.GetProperty("sentence").GetString()!)];
    }

    private static async Task<JsonDocument> ReadPictureAsync(StreamReader reader)
    {
        const string Data = "data: ";
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var line = await reader.ReadLineAsync(deadline.Token);
            Assert.NotNull(line);
            if (line.StartsWith(Data, StringComparison.Ordinal))
            {
                return JsonDocument.Parse(line[Data.Length..]);
            }
        }
    }
}
