using System.Threading.Channels;
using Keva.Node.Gateway.Events;
using Keva.Raft;

namespace Keva.Tests.Gateway;

/// <summary>A cluster in which host3 failed at noon and host2 was elected a second later.</summary>
internal sealed class ScriptedClusterEvents : IClusterEvents
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    public static readonly ClusterEvent Failed = EventOf(
        0, ClusterEventKind.MemberFailed, "host3", "host3 has failed; 2 of 3 voters answer, 2 are needed");

    public static readonly ClusterEvent Elected = EventOf(1, ClusterEventKind.LeaderElected, "host2", "host2 leads in term 4");

    private readonly Channel<ClusterEvent> events = Channel.CreateUnbounded<ClusterEvent>();

    /// <summary>Where a test lets more happen.</summary>
    public ChannelWriter<ClusterEvent> Events => events.Writer;

    public bool IsFull { get; set; }

    public List<long?> Asked { get; } = [];

    public TaskCompletionSource WatcherGone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<ClusterEventWatch?> WatchAsync(long? since, CancellationToken cancellation = default)
    {
        Asked.Add(since);
        ClusterEvent[] kept = [Failed, Elected];
        var missed = new MissedEvents([.. kept.Where(item => since < item.Id)], AreSomeLost: since is > 0 && since < Failed.Id);
        return Task.FromResult(IsFull ? null : new ClusterEventWatch(missed, events.Reader, () => WatcherGone.TrySetResult()));
    }

    public static ClusterEvent EventOf(int second, ClusterEventKind kind, string? member, string sentence)
    {
        var time = Noon.AddSeconds(second);
        return new ClusterEvent(time.ToUnixTimeMilliseconds(), time, new ClusterChange(kind, member, new Term(4), sentence));
    }
}
