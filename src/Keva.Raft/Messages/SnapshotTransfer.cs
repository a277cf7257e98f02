using Keva.Raft.Membership;

namespace Keva.Raft.Messages;

/// <summary>
/// One piece of a snapshot (§5, figure 5.3). <paramref name="Snapshot"/> is the last entry that it covers, and
/// <paramref name="Configuration"/> the configuration as of that entry. Pieces are numbered from zero.
/// </summary>
public sealed record InstallSnapshotRequest(
    Term Term,
    EntryId Snapshot,
    ClusterConfiguration Configuration,
    long ChunkNumber,
    ReadOnlyMemory<byte> Data,
    bool IsLast) : RaftMessage(Term);

/// <summary>
/// The receiver has safely taken every piece before <paramref name="NextChunk"/>; the sender goes on from there, also
/// after a lost connection. <paramref name="Installed"/>: the whole snapshot is in place and durable.
/// </summary>
public sealed record InstallSnapshotResponse(Term Term, EntryId Snapshot, long NextChunk, bool Installed)
    : RaftMessage(Term);
