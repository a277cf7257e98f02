using System.Threading.Channels;
using Keva.Actors;

namespace Keva.Node.Gateway.Events;

/// <summary>The gateway's events as <see cref="IClusterEvents"/>: a message to it, and a channel back.</summary>
internal sealed class ClusterEventService(IActorRef gateway, TimeSpan timeout) : IClusterEvents
{
    private const int MostUnread = 1_024;

    public async Task<ClusterEventWatch?> WatchAsync(long? since, CancellationToken cancellation = default)
    {
        var channel = Channel.CreateBounded<ClusterEvent>(new BoundedChannelOptions(MostUnread) { SingleReader = true });
        void Stop() => gateway.Tell(new UnwatchClusterEvents(channel.Writer), ActorRefs.NoSender);
        try
        {
            var watched = await gateway.Ask<ClusterEventsWatched>(new WatchClusterEvents(since, channel.Writer), timeout, cancellation);
            return watched.Missed is { } missed ? new ClusterEventWatch(missed, channel.Reader, Stop) : null;
        }
        catch
        {
            // Whether the gateway has begun is not known.
            Stop();
            throw;
        }
    }
}
