using Keva.Journal;
using Keva.Journal.Checkpoints;
using Keva.Journal.Directories;
using Keva.Node.Gossip;
using Keva.Node.Transport;
using Microsoft.Extensions.Logging;

namespace Keva.Node.Hosting;

/// <summary>Everything of the outside world that a node touches; the simulator has its own of each.</summary>
/// <param name="OpenJournal">Opens the journal; its events go to the given receiver.</param>
/// <param name="Checkpoints">The checkpoint store.</param>
/// <param name="Network">The way to the other nodes.</param>
/// <param name="Gossip">The way of gossip to them, and to agents.</param>
/// <param name="GossipKeys">What gossip is encrypted with.</param>
/// <param name="Identities">Where the node's identity is kept.</param>
/// <param name="Clock">Monotonic time, and the time of day for what people read.</param>
/// <param name="Random">Where every random choice of the node comes from. Used by one actor at a time to seed others.</param>
/// <param name="Logger">Where the node's log goes.</param>
/// <param name="Observer">Who looks on; null for nobody.</param>
/// <param name="Statistics">Where the actors leave their numbers; null if nobody wants them.</param>
public sealed record NodePorts(
    Func<IJournalEvents, IJournal> OpenJournal,
    ICheckpointStore Checkpoints,
    IPeerNetwork Network,
    IGossipNetwork Gossip,
    IGossipKeys GossipKeys,
    IIdentityStore Identities,
    TimeProvider Clock,
    Random Random,
    ILogger Logger,
    INodeObserver? Observer = null,
    NodeStatistics? Statistics = null);

/// <summary>Where a node's identity is kept.</summary>
public interface IIdentityStore
{
    NodeIdentity Current { get; }

    /// <summary>
    /// Notes durably, without making the caller wait, that the node belongs to a cluster from now on; then calls back,
    /// with what went wrong or null.
    /// </summary>
    void Form(ulong cluster, ReadOnlyMemory<byte> firstConfiguration, Action<string?> completed);

    /// <summary>
    /// Notes in the same way whether the node is a member of its cluster. Notes are made in the order of the calls.
    /// </summary>
    void SetAdmitted(bool isAdmitted, Action<string?> completed);
}
