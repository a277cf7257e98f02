using Keva.Journal;
using Keva.Node.Gateway;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Log;
using Keva.Raft.Membership;
using Keva.Store;

namespace Keva.Node.State;

/// <summary>Apply these committed entries, which follow on those before; the sender gets <see cref="Consensus.EntriesApplied"/>.</summary>
public sealed record ApplyEntries(EntryBatch Entries);

/// <summary>Told to the gateway: what the commands of this node's clients did, and how far the state has come.</summary>
public sealed record CommandsApplied(EntryId Last, IReadOnlyList<ApplyResult> OwnResults);

/// <summary>Read these keys once everything up to the index is applied; answered with <see cref="KeysRead"/>.</summary>
public sealed record ReadKeys(long BatchId, LogIndex NotBefore, IReadOnlyList<ReadOnlyMemory<byte>> Keys);

/// <summary>The records, in the order of the keys; none for a key that is not there.</summary>
public sealed record KeysRead(long BatchId, IReadOnlyList<KeyValueRecord> Records, long StoreRevision);

/// <summary>List keys in their order, as they are applied here; answered with <see cref="KeysListed"/>.</summary>
/// <param name="Prefix">What each key begins with; empty for all keys.</param>
/// <param name="After">Only keys behind this one; empty from the first.</param>
/// <param name="Limit">How many at most, from 1 to <see cref="KeyListing.MaxLimit"/>.</param>
public sealed record ListKeys(ReadOnlyMemory<byte> Prefix, ReadOnlyMemory<byte> After, int Limit);

/// <param name="Records">The keys of the page.</param>
/// <param name="HasMore">Whether more keys with the prefix follow.</param>
/// <param name="Revision">The revision of the store that was listed.</param>
/// <param name="AppliedIndex">The last entry that was in it.</param>
public sealed record KeysListed(IReadOnlyList<KeyValueRecord> Records, bool HasMore, long Revision, long AppliedIndex);

/// <summary>
/// A snapshot is about to replace the state: no checkpoint is begun from now on, and <see cref="ReadyForReplacement"/>
/// says that none is being written.
/// </summary>
public sealed record PrepareReplacement
{
    public static readonly PrepareReplacement Instance = new();
}

public sealed record ReadyForReplacement
{
    public static readonly ReadyForReplacement Instance = new();
}

/// <summary>
/// This is the state from now on, with the configuration as of it; both are null if the replacement was given up. The
/// gateway hears of it.
/// </summary>
public sealed record ReplaceState(StateMachine? State, ClusterConfiguration? Configuration);

/// <summary>Told to the gateway: the state jumped to this entry, and what was applied on the way is not known.</summary>
public sealed record StateReplaced(EntryId Last);

/// <summary>Open a consistent view of the checkpoint for a follower.</summary>
public sealed record OpenSnapshot(NodeId Peer);

public sealed record SnapshotOpened(NodeId Peer, SnapshotDescription Snapshot);

public sealed record ReadSnapshotChunk(NodeId Peer, long ChunkNumber);

public sealed record SnapshotChunkRead(NodeId Peer, long ChunkNumber, ReadOnlyMemory<byte> Data, bool IsLast);

public sealed record CloseSnapshot(NodeId Peer);

public sealed record SnapshotFailed(NodeId Peer);

public sealed record BeginSnapshotReceive(SnapshotDescription Snapshot);

public sealed record WriteSnapshotChunk(long ChunkNumber, ReadOnlyMemory<byte> Data);

public sealed record SnapshotChunkWritten
{
    public static readonly SnapshotChunkWritten Instance = new();
}

public sealed record InstallSnapshot(SnapshotDescription Snapshot);

public sealed record SnapshotInstalled
{
    public static readonly SnapshotInstalled Instance = new();
}

public sealed record SnapshotReceiveFailed
{
    public static readonly SnapshotReceiveFailed Instance = new();
}

/// <summary>A delta has reached the checkpoint, or why not.</summary>
internal sealed record CheckpointWritten(StorageProblem? Problem);

/// <summary>The checkpoint cannot go on, and neither can the node; the message says what to do.</summary>
public sealed class CheckpointFailedException(string message) : Exception(message);
