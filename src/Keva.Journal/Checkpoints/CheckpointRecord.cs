using Keva.Raft;
using Keva.Raft.Membership;

namespace Keva.Journal.Checkpoints;

/// <summary>One key of the key-value state as it lies in a checkpoint. The bytes are never written to.</summary>
public readonly record struct CheckpointRecord(
    ReadOnlyMemory<byte> Key,
    ReadOnlyMemory<byte> Value,
    long CreateRevision,
    long ModRevision,
    long Version);

/// <summary>A key that changed since the last checkpoint: its new record, or null when it was deleted.</summary>
public readonly record struct CheckpointChange(ReadOnlyMemory<byte> Key, CheckpointRecord? Record);

/// <summary>What a checkpoint is a checkpoint of.</summary>
/// <param name="Applied">The last entry whose effect it holds.</param>
/// <param name="Revision">The group's revision counter after that entry.</param>
/// <param name="StateHash">The running hash of the state after that entry.</param>
/// <param name="Configuration">The cluster's configuration as of that entry.</param>
public sealed record CheckpointMetadata(EntryId Applied, long Revision, UInt128 StateHash, ClusterConfiguration Configuration);

/// <summary>A run of records in key order out of a snapshot.</summary>
/// <param name="Number">Counts the chunks of the snapshot from zero.</param>
/// <param name="Records">Owned by the receiver. Empty only in the one chunk of an empty snapshot.</param>
/// <param name="IsLast">Whether no chunk follows.</param>
public sealed record CheckpointChunk(long Number, CheckpointRecord[] Records, bool IsLast);
