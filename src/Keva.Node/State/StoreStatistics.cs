using Keva.Store;

namespace Keva.Node.State;

/// <summary>The state machine in numbers. Written by the store's actor alone, read from any thread.</summary>
public sealed class StoreStatistics
{
    private long keys;
    private long bytes;
    private long revision;
    private long appliedIndex;
    private long checkpointIndex;
    private long dirtyKeys;
    private long dirtyBytes;
    private long waitingReads;

    public long Keys => Volatile.Read(ref keys);

    /// <summary>Bytes of all keys and values.</summary>
    public long Bytes => Volatile.Read(ref bytes);

    public long Revision => Volatile.Read(ref revision);

    public long AppliedIndex => Volatile.Read(ref appliedIndex);

    /// <summary>Up to where the checkpoint on disk goes.</summary>
    public long CheckpointIndex => Volatile.Read(ref checkpointIndex);

    /// <summary>Keys that changed since the last pass of the checkpoint began.</summary>
    public long DirtyKeys => Volatile.Read(ref dirtyKeys);

    public long DirtyBytes => Volatile.Read(ref dirtyBytes);

    /// <summary>Batches of reads for which this node has not applied enough yet.</summary>
    public long WaitingReads => Volatile.Read(ref waitingReads);

    internal void Show(StateMachine state, long checkpointedIndex, int readsThatWait)
    {
        Volatile.Write(ref keys, state.Count);
        Volatile.Write(ref bytes, state.ContentBytes);
        Volatile.Write(ref revision, state.Revision);
        Volatile.Write(ref appliedIndex, state.AppliedIndex);
        Volatile.Write(ref checkpointIndex, checkpointedIndex);
        Volatile.Write(ref dirtyKeys, state.DirtyCount);
        Volatile.Write(ref dirtyBytes, state.DirtyBytes);
        Volatile.Write(ref waitingReads, readsThatWait);
    }
}
