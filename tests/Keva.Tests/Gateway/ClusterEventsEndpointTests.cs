using System.Globalization;
using Keva.Node.Gateway.Events;
using Keva.Node.Gateway.Http;

namespace Keva.Tests.Gateway;

public sealed class ClusterEventsEndpointTests : IAsyncLifetime
{
    private static readonly string FailedText = string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        id: {{ScriptedClusterEvents.Failed.Id}}
        event: member_failed
        data: {"id":{{ScriptedClusterEvents.Failed.Id}},"time":"2026-01-02T12:00:00.000Z","event":"member_failed","member":"host3","term":4,"sentence":"host3 has failed; 2 of 3 voters answer, 2 are needed"}


        """);

    private readonly ScriptedClusterEvents events = new();
    private TestGateway gateway = null!;

    public async Task InitializeAsync() =>
        gateway = await TestGateway.StartAsync(moreRoutes: [new ClusterEventsEndpoint(events, keepAlive: TimeSpan.FromMilliseconds(20)).Route]);

    public async Task DisposeAsync() => await gateway.DisposeAsync();

    [Fact]
    public async Task What_is_kept_comes_first_and_then_what_happens_as_it_happens()
    {
        using var response = await gateway.Client.GetAsync("/v1/cluster/events?since=0", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.ToString());
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        Assert.Equal(": watching\n\n" + FailedText.ReplaceLineEndings("\n"), await ReadAsync(reader, pieces: 2));
        Assert.Contains("\"sentence\":\"host2 leads in term 4\"", await ReadAsync(reader, pieces: 1), StringComparison.Ordinal);
        events.Events.TryWrite(ScriptedClusterEvents.EventOf(9, ClusterEventKind.TermChanged, member: null, "term 5 has begun; nobody leads yet"));
        var next = await ReadAsync(reader, pieces: 1, skip: ": nothing new");
        Assert.Contains("event: term_changed\n", next, StringComparison.Ordinal);
        Assert.Contains("\"member\":null", next, StringComparison.Ordinal);
        events.Events.Complete();
        Assert.DoesNotContain("event:", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_stream_shows_that_it_lives_and_ends_with_its_client()
    {
        using (var response = await gateway.Client.GetAsync("/v1/cluster/events", HttpCompletionOption.ResponseHeadersRead))
        using (var reader = new StreamReader(await response.Content.ReadAsStreamAsync()))
        {
            Assert.Equal(": watching\n\n: nothing new\n\n: nothing new\n\n", await ReadAsync(reader, pieces: 3));
        }

        await events.WatcherGone.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Empty(gateway.Log.Lines);
    }

    [Fact]
    public async Task A_browser_that_connects_again_goes_on_where_it_was()
    {
        events.Events.Complete();
        var id = ScriptedClusterEvents.Failed.Id.ToString(CultureInfo.InvariantCulture);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/cluster/events?since=0") { Headers = { { "Last-Event-ID", id } } };
        using var again = await gateway.Client.SendAsync(request);

        Assert.Equal([ScriptedClusterEvents.Failed.Id], events.Asked);
        var text = await again.Content.ReadAsStringAsync();
        Assert.DoesNotContain("member_failed", text, StringComparison.Ordinal);
        Assert.Contains("leader_elected", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_has_missed_what_is_not_kept_is_told_so()
    {
        events.Events.Complete();

        Assert.Contains("event: lost\ndata: {\"sentence\":", await gateway.Client.GetStringAsync("/v1/cluster/events?since=5"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_watched_is_refused()
    {
        foreach (var query in new[] { "?since=x", "?since=-1", "?since=", "?sinse=1" })
        {
            var refused = await gateway.SendAsync("GET", "/v1/cluster/events" + query);
            Assert.Equal((400, "bad_request"), (refused.Status, refused.Error.Code));
        }

        events.IsFull = true;
        var full = await gateway.SendAsync("GET", "/v1/cluster/events");
        Assert.Equal((429, "busy"), (full.Status, full.Error.Code));
        Assert.Equal(405, (await gateway.SendAsync("POST", "/v1/cluster/events")).Status);
    }

    [Fact]
    public void Every_kind_has_a_name()
    {
        var names = Enum.GetValues<ClusterEventKind>().Select(ClusterEventsEndpoint.NameOf).ToArray();

        Assert.Equal(names.Length, names.Distinct(StringComparer.Ordinal).Count());
        Assert.All(names, name => Assert.Matches("^[a-z_]+$", name));
    }

    /// <summary>So many pieces, each up to an empty line, without those that are to be skipped.</summary>
    private static async Task<string> ReadAsync(StreamReader reader, int pieces, string? skip = null)
    {
        var text = "";
        for (var piece = ""; pieces > 0;)
        {
            var line = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20));
            piece += line + "\n";
            if (line is { Length: > 0 })
            {
                continue;
            }

            if (skip is null || !piece.StartsWith(skip, StringComparison.Ordinal))
            {
                text += piece;
                pieces--;
            }

            piece = "";
        }

        return text;
    }
}
