using System.Collections.Frozen;
using Keva.Actors;
using Keva.Node.Consensus;
using Keva.Node.Transport;
using Keva.Raft;
using Keva.Raft.Membership;
using Keva.Raft.Messages;
using Microsoft.Extensions.Logging;

namespace Keva.Node.Hosting;

/// <summary>
/// Where connections from other nodes arrive, on threads of the network: decides whom to talk to and passes messages on
/// to the actor that wants them. Its state is a few references that are replaced as a whole.
/// </summary>
public sealed class InboundPeers(ILogger logger, TimeProvider clock) : IInboundPeers
{
    private const string StillLoading = "this node is still loading its data";

    private readonly RejectionLog rejections = new(logger, clock);
    private long rejected;
    private volatile PeerHello? greeting;
    private volatile Known known = new(Configuration: null, FrozenSet<NodeId>.Empty);
    private volatile IActorRef node = ActorRefs.Nobody;
    private volatile IActorRef consensus = ActorRefs.Nobody;

    /// <summary>Connections that were closed because of who made them or of what came in.</summary>
    public long Rejected => Interlocked.Read(ref rejected);

    /// <summary>From now on peers are greeted like this, and the node's actor hears of theirs.</summary>
    public void Open(PeerHello own, IActorRef nodeActor)
    {
        node = nodeActor;
        greeting = own;
    }

    /// <summary>What the node knows now of its cluster: the configuration, null while it has none, and who answers it.</summary>
    public void Know(ClusterConfiguration? configuration, IEnumerable<NodeId> connected) => known = new Known(configuration, connected.ToFrozenSet());

    /// <summary>From now on messages go to the consensus.</summary>
    public void Serve(IActorRef consensusActor) => consensus = consensusActor;

    public string? Accept(PeerHello remote, out PeerHello answer)
    {
        if (greeting is not { } own)
        {
            answer = remote;
            return StillLoading;
        }

        answer = own;
        var (configuration, connected) = known;
        var refusal = HelloPolicy.WhyRefused(own, configuration, connected.Contains, remote);
        if (refusal is null)
        {
            node.Tell(new GreetingReceived(remote), ActorRefs.NoSender);
        }

        return refusal;
    }

    public void OnMessage(NodeId from, GroupId group, RaftMessage message) =>
        consensus.Tell(new PeerMessageReceived(from, group, message), ActorRefs.NoSender);

    public void OnRejected(string remoteEndPoint, string reason)
    {
        // Nodes do not start all in one moment; those that dial too early try again.
        if (reason != StillLoading)
        {
            Interlocked.Increment(ref rejected);
            rejections.Add(remoteEndPoint, reason);
        }
    }

    private sealed record Known(ClusterConfiguration? Configuration, FrozenSet<NodeId> Connected);
}
