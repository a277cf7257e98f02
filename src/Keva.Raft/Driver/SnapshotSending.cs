using Keva.Raft.Messages;

namespace Keva.Raft.Driver;

/// <summary>
/// One snapshot on its way to one follower: a piece at a time, the next when the follower has the last one safely. A
/// piece that gets no answer is sent again, also over a new connection; the follower says where to go on.
/// </summary>
internal sealed class SnapshotSending(NodeId peer, RaftOptions options)
{
    private SnapshotDescription? snapshot;
    private InstallSnapshotRequest? current;
    private long requested = -1;
    private int ticksSinceSent;
    private int ticksSinceProgress;

    public NodeId Peer { get; } = peer;

    /// <summary>The last index that the snapshot covers; null before it is opened.</summary>
    public LogIndex? LastIndex => snapshot?.LastEntry.Index;

    /// <summary>True when nothing has moved for so long that the transfer is given up.</summary>
    public bool IsTimedOut => ticksSinceProgress >= options.SnapshotTimeoutTicks;

    /// <summary>The first piece to read.</summary>
    public long OnOpened(SnapshotDescription opened)
    {
        snapshot = opened;
        ticksSinceProgress = 0;
        return requested = 0;
    }

    /// <summary>The message to send with a piece that was read, or null if that piece is no longer wanted.</summary>
    public InstallSnapshotRequest? OnChunkRead(Term term, long chunkNumber, ReadOnlyMemory<byte> data, bool isLast)
    {
        if (snapshot is null || chunkNumber != requested)
        {
            return null;
        }

        requested = -1;
        ticksSinceSent = 0;
        return current = new InstallSnapshotRequest(term, snapshot.LastEntry, snapshot.Configuration, chunkNumber, data, isLast);
    }

    /// <summary>Whether the answer is about this transfer; then <paramref name="read"/> is the piece to read next, if any.</summary>
    public bool OnResponse(InstallSnapshotResponse response, out long? read)
    {
        read = null;
        if (snapshot is null || response.Snapshot != snapshot.LastEntry)
        {
            return false;
        }

        if (response.Installed || requested >= 0 || current is null || response.NextChunk == current.ChunkNumber)
        {
            // Nothing to read: done, or the piece is being read, or the follower waits for the one that was sent.
            return true;
        }

        if (response.NextChunk == current.ChunkNumber + 1)
        {
            ticksSinceProgress = 0;
            if (current.IsLast)
            {
                // It has all and is putting it in place, however long that takes.
                return true;
            }
        }

        if (response.NextChunk <= current.ChunkNumber + 1)
        {
            read = requested = response.NextChunk;
        }
        else if (current.ChunkNumber > 0)
        {
            // The follower speaks of an earlier transfer of the same snapshot: with the first piece it begins anew.
            read = requested = 0;
        }

        return true;
    }

    /// <summary>The message to send again, if its answer is overdue.</summary>
    public InstallSnapshotRequest? Tick(Term term)
    {
        ticksSinceProgress++;
        if (current is null || requested >= 0 || ++ticksSinceSent < options.SnapshotRetryTicks)
        {
            return null;
        }

        ticksSinceSent = 0;
        return current = current with { Term = term };
    }
}
