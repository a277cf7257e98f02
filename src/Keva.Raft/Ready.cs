using Keva.Raft.Log;
using Keva.Raft.Messages;

namespace Keva.Raft;

/// <summary>What must be on this server's disk before a message may leave it.</summary>
public enum Durability
{
    /// <summary>
    /// The term and vote as of now (figure 3.1: persistent state is updated before responding). A leader's entries
    /// leave under this rule, in parallel with its own writing of them (§10.2.1).
    /// </summary>
    HardState,

    /// <summary>The log as of now, too: the message promises that entries are stored.</summary>
    Log,
}

/// <summary>A message that may leave once <paramref name="After"/> holds.</summary>
public readonly record struct OutgoingMessage(NodeId To, RaftMessage Message, Durability After);

/// <summary>Reads that may be served by whoever has applied up to <paramref name="ReadIndex"/>.</summary>
public readonly record struct ConfirmedRead(long ReadId, LogIndex ReadIndex);

/// <summary>A piece of a snapshot that came from the leader of the current term.</summary>
public readonly record struct IncomingSnapshotChunk(NodeId From, InstallSnapshotRequest Request);

/// <summary>
/// What the core wants done. Order matters: <see cref="HardState"/> and <see cref="Writes"/> go to the journal first,
/// together; each of <see cref="Messages"/> leaves when its <see cref="Durability"/> holds; <see cref="Committed"/> is
/// durable already and may be applied at once.
/// </summary>
public sealed class Ready
{
    /// <summary>The new term and vote, if they changed.</summary>
    public HardState? HardState { get; init; }

    public required IReadOnlyList<OutgoingMessage> Messages { get; init; }

    public required IReadOnlyList<ConfirmedRead> Reads { get; init; }

    /// <summary>Followers that need entries which the log no longer holds.</summary>
    public required IReadOnlyList<NodeId> SnapshotsNeeded { get; init; }

    public required IReadOnlyList<IncomingSnapshotChunk> SnapshotChunks { get; init; }

    /// <summary>Entries to apply, in order; null when there are none.</summary>
    public EntryBatch? Committed { get; init; }
}
