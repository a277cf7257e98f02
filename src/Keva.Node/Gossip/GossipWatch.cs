using System.Threading.Channels;

namespace Keva.Node.Gossip;

/// <summary>Somebody watches; until disposed.</summary>
/// <param name="news">What happens; completed when the node stops.</param>
/// <param name="stop">Ends it.</param>
public sealed class GossipWatch(ChannelReader<GossipNews> news, Action stop) : IDisposable
{
    public ChannelReader<GossipNews> News => news;

    public void Dispose() => stop();
}
