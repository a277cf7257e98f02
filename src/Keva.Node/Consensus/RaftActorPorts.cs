using Keva.Actors;
using Keva.Node.Journaling;
using Keva.Node.Peers;
using Keva.Node.State;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Log;
using Keva.Raft.Membership;
using Keva.Raft.Messages;

namespace Keva.Node.Consensus;

/// <summary>The actors that the consensus actor works with.</summary>
/// <param name="Node">The node's actor, who keeps the peers.</param>
public sealed record RaftCollaborators(IActorRef Journal, IActorRef Store, IActorRef Snapshots, IActorRef Gateway, IActorRef Node);

/// <summary>Turns what the driver wants into messages to the actors that do it.</summary>
internal sealed class RaftActorPorts(RaftCollaborators actors, IActorRef self, Action<long, ConfigurationRefusal, string> changeEnded)
    : IJournalPort, IPeerPort, IStateMachinePort, ISnapshotPort, IClientPort, IMembershipPort
{
    /// <summary>The actor of each node that can be sent something.</summary>
    public IReadOnlyDictionary<NodeId, IActorRef> Peers { get; set; } = new Dictionary<NodeId, IActorRef>();

    public RaftPorts AsPorts() => new(this, this, this, this, this, this);

    public void Write(JournalWrite write) => actors.Journal.Tell(new PersistWrite(write), self);

    public void Trim(GroupId group, EntryId through, ClusterConfiguration configuration) =>
        actors.Journal.Tell(new TrimJournal(group, through, configuration), self);

    public void Send(NodeId to, GroupId group, RaftMessage message)
    {
        if (Peers.TryGetValue(to, out var peer))
        {
            peer.Tell(new SendToPeer(group, message), self);
        }
    }

    public void Apply(EntryBatch entries) => actors.Store.Tell(new ApplyEntries(entries), self);

    public void Open(NodeId peer) => actors.Snapshots.Tell(new OpenSnapshot(peer), self);

    public void ReadChunk(NodeId peer, long chunkNumber) => actors.Snapshots.Tell(new ReadSnapshotChunk(peer, chunkNumber), self);

    public void Close(NodeId peer) => actors.Snapshots.Tell(new CloseSnapshot(peer), self);

    public void BeginReceive(SnapshotDescription snapshot) => actors.Snapshots.Tell(new BeginSnapshotReceive(snapshot), self);

    public void WriteChunk(long chunkNumber, ReadOnlyMemory<byte> data) => actors.Snapshots.Tell(new WriteSnapshotChunk(chunkNumber, data), self);

    public void Install(SnapshotDescription snapshot) => actors.Snapshots.Tell(new InstallSnapshot(snapshot), self);

    void IClientPort.ReadConfirmed(ConfirmedRead read) => actors.Gateway.Tell(new ReadConfirmed(read.ReadId, read.ReadIndex), self);

    void IClientPort.ProposalsRefused(Term proposedFor, IReadOnlyList<ProposalId> proposals, ProposalRefusal reason) =>
        actors.Gateway.Tell(new ProposalsRefused(proposedFor, proposals, reason), self);

    void IClientPort.LeadershipChanged(Leadership leadership) => actors.Gateway.Tell(new LeadershipChanged(leadership), self);

    void IMembershipPort.ConfigurationChanged(ClusterConfiguration configuration, bool isCommitted) =>
        actors.Node.Tell(new ConfigurationInForce(configuration, isCommitted), self);

    void IMembershipPort.MembershipEnded() => actors.Node.Tell(MembershipHasEnded.Instance, self);

    void IMembershipPort.ChangeEnded(long requestId, ConfigurationRefusal refusal, string problem) => changeEnded(requestId, refusal, problem);
}
