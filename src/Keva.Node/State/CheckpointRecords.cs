using Keva.Journal.Checkpoints;
using Keva.Raft;
using Keva.Raft.Membership;
using Keva.Store;
using StoreMetadata = Keva.Store.Checkpoints.CheckpointMetadata;

namespace Keva.Node.State;

/// <summary>The store's records and metadata in the form in which the checkpoint keeps them, and back.</summary>
internal static class CheckpointRecords
{
    public static CheckpointRecord From(KeyValueRecord record) =>
        new(record.Key, record.Value, record.CreateRevision, record.ModRevision, record.Version);

    public static RecordView View(in CheckpointRecord record) =>
        new(record.Key.Span, record.Value.Span, record.CreateRevision, record.ModRevision, record.Version);

    public static CheckpointMetadata Describe(StoreMetadata metadata, ClusterConfiguration configuration) =>
        new(
            new EntryId(new LogIndex(metadata.AppliedIndex), new Term(metadata.AppliedTerm)),
            metadata.Revision,
            metadata.StateHash,
            configuration);

    public static StoreMetadata ToStore(CheckpointMetadata metadata, long recordCount) =>
        new(metadata.Applied.Index.Value, metadata.Applied.Term.Value, metadata.Revision, recordCount, metadata.StateHash);
}
