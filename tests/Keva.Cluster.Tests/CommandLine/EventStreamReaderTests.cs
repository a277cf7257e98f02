using System.Text;
using Keva.Cli;

namespace Keva.Cluster.Tests.CommandLine;

public sealed class EventStreamReaderTests
{
    [Fact]
    public async Task Events_are_read_and_comments_are_skipped()
    {
        Assert.Equal(
            [new StreamedEvent(7, "member_failed", "{\"a\":1}"), new StreamedEvent(null, "lost", "{}"), new StreamedEvent(9, "", "x")],
            await ReadAsync(": watching\n\nid: 7\nevent: member_failed\ndata: {\"a\":1}\n\n: nothing new\n\nevent: lost\ndata: {}\n\nid:9\ndata:x\n\n"));
    }

    [Fact]
    public async Task An_event_that_does_not_end_is_none() => Assert.Empty(await ReadAsync("id: 7\nevent: member_failed\ndata: {}\n"));

    [Fact]
    public async Task A_stream_that_never_ends_its_event_is_given_up() =>
        Assert.Empty(await ReadAsync(string.Concat(Enumerable.Repeat("data: 0123456789\n", 200_000)) + "\n"));

    [Fact]
    public async Task A_stream_that_is_silent_for_too_long_has_ended()
    {
        await using var stream = new SilentStream();
        await foreach (var item in EventStreamReader.ReadAsync(stream, TimeSpan.FromMilliseconds(20), CancellationToken.None))
        {
            Assert.Fail($"there was nothing to read, and yet there is {item}");
        }
    }

    private static async Task<List<StreamedEvent>> ReadAsync(string text)
    {
        var events = new List<StreamedEvent>();
        await using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        await foreach (var item in EventStreamReader.ReadAsync(stream, TimeSpan.FromSeconds(20), CancellationToken.None))
        {
            events.Add(item);
        }

        return events;
    }

    private sealed class SilentStream : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
