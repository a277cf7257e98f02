using System.Threading.Channels;

namespace Keva.Node.Gateway.Events;

/// <summary>What happens to the cluster, as this node sees it. Works without a leader. May be called from any thread.</summary>
public interface IClusterEvents
{
    /// <summary>Nothing that happens after the task has ended is missed.</summary>
    /// <param name="since">The id of the last event that is known already; null for what happens from now on.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>Null if too many watch this node.</returns>
    Task<ClusterEventWatch?> WatchAsync(long? since, CancellationToken cancellation = default);
}

/// <summary>Somebody watches; until disposed.</summary>
/// <param name="missed">What happened since the event that was named.</param>
/// <param name="events">What happens; completed when the node stops, and when its reader does not keep up.</param>
/// <param name="stop">Ends it.</param>
public sealed class ClusterEventWatch(MissedEvents missed, ChannelReader<ClusterEvent> events, Action stop) : IDisposable
{
    public MissedEvents Missed => missed;

    public ChannelReader<ClusterEvent> Events => events;

    public void Dispose() => stop();
}
