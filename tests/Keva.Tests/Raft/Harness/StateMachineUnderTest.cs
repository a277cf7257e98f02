using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Log;
using Keva.Raft.Messages;

namespace Keva.Tests.Raft.Harness;

/// <summary>
/// The state machine of a <see cref="ServerUnderTest"/>: the entries that it applied. A snapshot has
/// <see cref="EntriesPerPiece"/> of them in each piece.
/// </summary>
internal sealed class StateMachineUnderTest(ServerUnderTest server) : IStateMachinePort, ISnapshotPort
{
    private readonly Queue<Action> completions = new();
    private readonly Queue<Action> installations = new();
    private readonly Queue<Action> pieceWrites = new();
    private readonly Dictionary<NodeId, LogEntry[]> opened = [];
    private readonly List<LogEntry> received = [];
    private LogEntry[] checkpoint = [];

    public int EntriesPerPiece { get; set; } = 2;

    /// <summary>While true, a complete snapshot is put in place only by <see cref="Install"/>.</summary>
    public bool HoldsInstallation { get; set; }

    /// <summary>While true, pieces of a snapshot are kept only by <see cref="KeepPieces"/>.</summary>
    public bool HoldsPieces { get; set; }

    /// <summary>While true, nothing is applied unless the test says so.</summary>
    public bool HoldsApplying { get; set; }

    public List<LogEntry> Applied { get; private set; } = [];

    public EntryId Checkpoint => checkpoint.Length == 0 ? EntryId.Zero : checkpoint[^1].Id;

    public IReadOnlyCollection<NodeId> Opened => opened.Keys;

    /// <summary>Snapshots that were begun to be taken in.</summary>
    public List<EntryId> Begun { get; } = [];

    /// <summary>Writes what is applied to disk.</summary>
    public void TakeCheckpoint()
    {
        checkpoint = [.. Applied];
        server.Do(driver => driver.OnCheckpoint(Checkpoint.Index));
    }

    public void Install()
    {
        installations.Dequeue()();
        server.Settle();
    }

    public void KeepPieces()
    {
        pieceWrites.Dequeue()();
        server.Settle();
    }

    public void Restart()
    {
        completions.Clear();
        installations.Clear();
        pieceWrites.Clear();
        opened.Clear();
        received.Clear();
        Applied = [.. checkpoint];
    }

    /// <summary>Completes one thing that was asked for; false if there is none.</summary>
    public bool CompleteOne()
    {
        if (!HoldsPieces && pieceWrites.TryDequeue(out var pieceWrite))
        {
            pieceWrite();
            return true;
        }

        if (!HoldsInstallation && installations.TryDequeue(out var installation))
        {
            installation();
            return true;
        }

        if (!HoldsApplying && completions.TryDequeue(out var completion))
        {
            completion();
            return true;
        }

        return false;
    }

    public void Apply(EntryBatch entries) => completions.Enqueue(() =>
    {
        Assert.Equal(Applied.Count + 1, entries.First.Index.Value);
        Applied.AddRange(entries.Entries);
        server.Driver.OnApplied(entries.Last.Index, StateHashMark.None);
    });

    public void Open(NodeId peer)
    {
        opened[peer] = checkpoint;
        var description = new SnapshotDescription(Checkpoint, server.Configuration);
        completions.Enqueue(() => server.Driver.OnSnapshotOpened(peer, description));
    }

    public void ReadChunk(NodeId peer, long chunkNumber)
    {
        var entries = opened[peer];
        var first = (int)chunkNumber * EntriesPerPiece;
        var last = Math.Min(first + EntriesPerPiece, entries.Length);
        var data = EntryBatchCodec.Encode(entries.AsSpan(first..last));
        completions.Enqueue(() => server.Driver.OnSnapshotChunkRead(peer, chunkNumber, data, last == entries.Length));
    }

    public void Close(NodeId peer) => opened.Remove(peer);

    public void BeginReceive(SnapshotDescription snapshot)
    {
        Begun.Add(snapshot.LastEntry);
        received.Clear();
    }

    public void WriteChunk(long chunkNumber, ReadOnlyMemory<byte> data) => pieceWrites.Enqueue(() =>
    {
        Assert.True(EntryBatchCodec.TryDecode(data, out var entries));
        received.AddRange(entries);
        server.Driver.OnSnapshotChunkWritten();
    });

    public void Install(SnapshotDescription snapshot) => installations.Enqueue(() =>
    {
        Assert.Equal(Enumerable.Range(1, (int)snapshot.LastEntry.Index.Value), received.Select(entry => (int)entry.Index.Value));
        Assert.Equal(snapshot.LastEntry, received[^1].Id);
        Assert.True(received.Count > Applied.Count, "a snapshot never takes the state back");
        Applied = [.. received];
        checkpoint = [.. received];
        server.Driver.OnSnapshotInstalled();
    });

    /// <summary>The disk cannot keep the snapshot.</summary>
    public void FailInstallation()
    {
        installations.Dequeue();
        server.Do(driver => driver.OnSnapshotReceiveFailed());
    }
}
