using Keva.Raft.Log;
using Keva.Raft.Membership;
using Keva.Raft.Messages;

namespace Keva.Raft.Driver;

/// <summary>
/// Where the driver's effects go. No method waits: what becomes of a request is told to the driver later, by the method
/// named with each.
/// </summary>
public sealed record RaftPorts(
    IJournalPort Journal,
    IPeerPort Peers,
    IStateMachinePort StateMachine,
    ISnapshotPort Snapshots,
    IClientPort Clients,
    IMembershipPort? Membership = null);

public interface IJournalPort
{
    /// <summary>
    /// Makes the write durable after all earlier ones, then <see cref="RaftDriver.OnPersisted"/>. While that fails for
    /// lack of space, <see cref="RaftDriver.OnJournalStalled"/> and later <see cref="RaftDriver.OnJournalResumed"/>.
    /// </summary>
    void Write(JournalWrite write);

    /// <summary>Everything up to <paramref name="through"/> is covered by a checkpoint and may go.</summary>
    void Trim(GroupId group, EntryId through, ClusterConfiguration configuration);
}

public interface IPeerPort
{
    /// <summary>Sends if it can; messages may be lost, and are never doubled.</summary>
    void Send(NodeId to, GroupId group, RaftMessage message);
}

public interface IStateMachinePort
{
    /// <summary>Applies entries, which follow on those of the call before; then <see cref="RaftDriver.OnApplied"/>.</summary>
    void Apply(EntryBatch entries);
}

/// <summary>Snapshots are made of checkpoints; the driver decides which piece goes where.</summary>
public interface ISnapshotPort
{
    /// <summary>
    /// Opens a consistent view of the state for <paramref name="peer"/>; then <see cref="RaftDriver.OnSnapshotOpened"/>,
    /// or <see cref="RaftDriver.OnSnapshotFailed"/>. An earlier one for the same peer is closed.
    /// </summary>
    void Open(NodeId peer);

    /// <summary>Reads one piece, the next one or an earlier one again; then <see cref="RaftDriver.OnSnapshotChunkRead"/>.</summary>
    void ReadChunk(NodeId peer, long chunkNumber);

    void Close(NodeId peer);

    /// <summary>Begins to take in a snapshot; what was taken in of an earlier one is forgotten.</summary>
    void BeginReceive(SnapshotDescription snapshot);

    /// <summary>Keeps one piece, in order; then <see cref="RaftDriver.OnSnapshotChunkWritten"/> or <see cref="RaftDriver.OnSnapshotReceiveFailed"/>.</summary>
    void WriteChunk(long chunkNumber, ReadOnlyMemory<byte> data);

    /// <summary>
    /// All pieces are there: replaces the state by it, durably; then <see cref="RaftDriver.OnSnapshotInstalled"/> or
    /// <see cref="RaftDriver.OnSnapshotReceiveFailed"/>, which means that the old state still stands.
    /// </summary>
    void Install(SnapshotDescription snapshot);
}

public interface IClientPort
{
    /// <summary>Reads with this id may be served once the state machine has applied up to the index.</summary>
    void ReadConfirmed(ConfirmedRead read);

    /// <summary>
    /// These proposals of this server's clients, made for <paramref name="proposedFor"/>, were not put into the log and
    /// never will be.
    /// </summary>
    void ProposalsRefused(Term proposedFor, IReadOnlyList<ProposalId> proposals, ProposalRefusal reason);

    /// <summary>Who leads, or the term, has changed.</summary>
    void LeadershipChanged(Leadership leadership);
}

/// <summary>What a snapshot is of: the last entry that it covers and the configuration as of that entry.</summary>
public sealed record SnapshotDescription(EntryId LastEntry, ClusterConfiguration Configuration);

/// <summary>Who leads in a term, as far as this server knows; <see cref="NodeId.None"/> if it does not.</summary>
public readonly record struct Leadership(Term Term, NodeId Leader);

/// <summary>Who wants to know about the configuration.</summary>
public interface IMembershipPort
{
    /// <summary>
    /// Another configuration is in force, or the one in force is committed now. Told at the start, too. One that is not
    /// committed may still be taken back.
    /// </summary>
    void ConfigurationChanged(ClusterConfiguration configuration, bool isCommitted);

    /// <summary>A leader says that this server is no member any more, and the log, as far as this server has it, does not say otherwise.</summary>
    void MembershipEnded();

    /// <summary>A requested change is complete (<see cref="ConfigurationRefusal.None"/>), or will not be tried any more.</summary>
    /// <param name="requestId">The number that the requester gave it.</param>
    /// <param name="refusal">What stood in the way to the end.</param>
    /// <param name="problem">For <see cref="ConfigurationRefusal.Invalid"/>: why, for people.</param>
    void ChangeEnded(long requestId, ConfigurationRefusal refusal, string problem);
}
