using Keva.Raft.Membership;

namespace Keva.Raft.Snapshots;

/// <summary>What a snapshot is of: the last entry that it covers and the configuration as of that entry.</summary>
public sealed record SnapshotDescription(EntryId LastEntry, ClusterConfiguration Configuration);
