using System.Threading.Channels;

namespace Keva.Node.Gateway.Events;

/// <summary>Asks the gateway to tell of what happens to the cluster; answered with <see cref="ClusterEventsWatched"/>.</summary>
/// <param name="Since">The last event that is known already; null for what happens from now on.</param>
/// <param name="Events">Where it is told. Must not be written to by anybody else.</param>
public sealed record WatchClusterEvents(long? Since, ChannelWriter<ClusterEvent> Events);

/// <param name="Missed">Null if too many watch.</param>
public sealed record ClusterEventsWatched(MissedEvents? Missed);

/// <summary>Nobody reads this any more.</summary>
public sealed record UnwatchClusterEvents(ChannelWriter<ClusterEvent> Events);
