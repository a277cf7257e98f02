using System.Threading.Channels;

namespace Keva.Node.Gateway.Events;

/// <summary>
/// The last things that happened to the cluster, and who wants to hear of the next. Belongs to one actor. A watcher that does
/// not read is cut off, and may ask again for what was after the last that it has read.
/// </summary>
/// <param name="wallClock">The time that events are given.</param>
public sealed class ClusterEventLog(Func<DateTimeOffset> wallClock)
{
    /// <summary>So many are kept for who comes later.</summary>
    public const int Kept = 200;

    /// <summary>So many may watch.</summary>
    public const int MostWatchers = 64;

    private readonly ClusterChangeDetector detector = new();
    private readonly Queue<ClusterEvent> kept = new();
    private readonly List<ChannelWriter<ClusterEvent>> watchers = [];
    private long lastId;
    private long lastDropped;

    /// <summary>Notes what this view of the cluster has that the last had not.</summary>
    public void OnView(ClusterView view)
    {
        var changes = detector.Observe(view);
        for (var i = 0; i < changes.Count; i++)
        {
            Append(changes[i]);
        }
    }

    /// <summary>Has the watcher told of what happens from now on.</summary>
    /// <param name="since">What it has read already; null for what happens from now on.</param>
    /// <param name="events">Where it is told.</param>
    /// <returns>What it has missed; null if too many watch.</returns>
    public MissedEvents? TryWatch(long? since, ChannelWriter<ClusterEvent> events)
    {
        if (watchers.Count >= MostWatchers)
        {
            return null;
        }

        watchers.Add(events);
        return since is { } last
            ? new MissedEvents([.. kept.Where(item => item.Id > last)], last > 0 && lastDropped > last)
            : new MissedEvents([], AreSomeLost: false);
    }

    public void Unwatch(ChannelWriter<ClusterEvent> events) => watchers.Remove(events);

    /// <summary>Nothing more will happen.</summary>
    public void Complete()
    {
        watchers.ForEach(watcher => watcher.TryComplete());
        watchers.Clear();
    }

    private void Append(ClusterChange change)
    {
        var time = wallClock();
        lastId = Math.Max(lastId + 1, time.ToUnixTimeMilliseconds());
        var item = new ClusterEvent(lastId, time, change);
        kept.Enqueue(item);
        if (kept.Count > Kept)
        {
            lastDropped = kept.Dequeue().Id;
        }

        watchers.RemoveAll(watcher => !watcher.TryWrite(item) && watcher.TryComplete());
    }
}

/// <summary>What a watcher that comes, or comes back, has missed.</summary>
/// <param name="Events">In the order in which they happened.</param>
/// <param name="AreSomeLost">Whether there were more, which are not kept any longer.</param>
public sealed record MissedEvents(IReadOnlyList<ClusterEvent> Events, bool AreSomeLost);
