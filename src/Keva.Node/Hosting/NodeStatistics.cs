using Keva.Node.Gateway;
using Keva.Node.Gossip;
using Keva.Node.State;
using Keva.Node.Telemetry.Tracing;

namespace Keva.Node.Hosting;

/// <summary>
/// The numbers that a node's actors leave for whoever watches the node. To leave them costs next to nothing, whether
/// anybody looks or not.
/// </summary>
public sealed class NodeStatistics
{
    public GatewayStatistics Gateway { get; } = new();

    public StoreStatistics Store { get; } = new();

    public GossipStatistics Gossip { get; } = new();

    /// <summary>The writes that somebody traces.</summary>
    public TracedWrites TracedWrites { get; } = new();
}
