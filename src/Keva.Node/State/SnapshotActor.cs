using Keva.Actors;
using Keva.Journal;
using Keva.Journal.Checkpoints;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Store;
using Keva.Store.Snapshots;
using Microsoft.Extensions.Logging;

namespace Keva.Node.State;

/// <summary>
/// Sends the checkpoint to followers that are too far behind for the log, and takes one in when this node is such a
/// follower. Reading and writing go on in the checkpoint store; this only keeps track.
/// </summary>
public sealed class SnapshotActor : ReceiveActor
{
    private readonly ICheckpointStore checkpoints;
    private readonly IActorRef store;
    private readonly int chunkBytes;
    private readonly ILogger logger;
    private readonly SortedDictionary<NodeId, ICheckpointSnapshot> outgoing = [];
    private readonly Queue<WriteSnapshotChunk> waitingChunks = new();
    private IActorRef consensus = ActorRefs.Nobody;
    private IncomingSnapshot? incoming;
    private IIncomingCheckpoint? incomingFile;
    private StateMachine? incomingState;
    private long receiveNumber;

    public SnapshotActor(ICheckpointStore checkpoints, IActorRef store, int chunkBytes, ILogger logger)
    {
        this.checkpoints = checkpoints;
        this.store = store;
        this.chunkBytes = chunkBytes;
        this.logger = logger;
        Receive<OpenSnapshot>(OnOpen);
        Receive<OpeningDone>(OnOpeningDone);
        Receive<ReadSnapshotChunk>(OnReadChunk);
        Receive<ReadingDone>(OnReadingDone);
        Receive<CloseSnapshot>(message => Close(message.Peer));
        Receive<BeginSnapshotReceive>(OnBeginReceive);
        Receive<ReceiveOpened>(OnReceiveOpened);
        Receive<WriteSnapshotChunk>(OnWriteChunk);
        Receive<WritingDone>(OnWritingDone);
        Receive<InstallSnapshot>(_ => OnInstall());
        Receive<ReadyForReplacement>(_ => OnReadyForReplacement());
        Receive<InstallDone>(OnInstallDone);
    }

    protected override void PostStop()
    {
        foreach (var snapshot in outgoing.Values)
        {
            snapshot.Dispose();
        }

        incomingFile?.Dispose();
    }

    private void OnOpen(OpenSnapshot message)
    {
        consensus = Sender;
        Close(message.Peer);
        var self = Self;
        checkpoints.OpenSnapshot(chunkBytes, opening => self.Tell(new OpeningDone(message.Peer, opening), ActorRefs.NoSender));
    }

    private void OnOpeningDone(OpeningDone message)
    {
        if (message.Opening.Snapshot is not { } snapshot)
        {
            NodeLog.SnapshotNotOpened(logger, message.Peer.ToString(), message.Opening.Problem?.Message ?? "there is no checkpoint yet");
            consensus.Tell(new SnapshotFailed(message.Peer));
            return;
        }

        Close(message.Peer);
        outgoing[message.Peer] = snapshot;
        NodeLog.SnapshotSending(logger, message.Peer.ToString(), snapshot.Metadata.Applied.Index.Value, snapshot.RecordCount);
        consensus.Tell(new SnapshotOpened(message.Peer, new SnapshotDescription(snapshot.Metadata.Applied, snapshot.Metadata.Configuration)));
    }

    private void OnReadChunk(ReadSnapshotChunk message)
    {
        if (!outgoing.TryGetValue(message.Peer, out var snapshot))
        {
            return;
        }

        if (message.ChunkNumber == 0)
        {
            // The header stands before the records, so the file's chunks come one later.
            var header = SnapshotChunkCodec.EncodeHeader(CheckpointRecords.ToStore(snapshot.Metadata, snapshot.RecordCount));
            consensus.Tell(new SnapshotChunkRead(message.Peer, 0, header, IsLast: snapshot.RecordCount == 0));
            return;
        }

        var self = Self;
        snapshot.Read(message.ChunkNumber - 1, reading => self.Tell(new ReadingDone(message.Peer, message.ChunkNumber, reading), ActorRefs.NoSender));
    }

    private void OnReadingDone(ReadingDone message)
    {
        if (!outgoing.ContainsKey(message.Peer))
        {
            return;
        }

        if (message.Reading.Chunk is not { } chunk)
        {
            NodeLog.SnapshotNotRead(logger, message.Peer.ToString(), message.Reading.Problem!.Message);
            Close(message.Peer);
            consensus.Tell(new SnapshotFailed(message.Peer));
            return;
        }

        // The chunk was bounded when it was read; whatever its records add up to goes into one message.
        var writer = new SnapshotChunkWriter(int.MaxValue);
        foreach (ref readonly var record in chunk.Records.AsSpan())
        {
            writer.TryAdd(CheckpointRecords.View(record));
        }

        consensus.Tell(new SnapshotChunkRead(message.Peer, message.ChunkNumber, writer.Take(), chunk.IsLast));
    }

    private void Close(NodeId peer)
    {
        if (outgoing.Remove(peer, out var snapshot))
        {
            snapshot.Dispose();
        }
    }

    private void OnBeginReceive(BeginSnapshotReceive message)
    {
        consensus = Sender;
        ForgetIncoming();
        incoming = new IncomingSnapshot(message.Snapshot);
        var number = ++receiveNumber;
        var self = Self;
        NodeLog.SnapshotReceiving(logger, message.Snapshot.LastEntry.Index.Value);
        checkpoints.BeginReceive(opening => self.Tell(new ReceiveOpened(number, opening), ActorRefs.NoSender));
    }

    private void OnReceiveOpened(ReceiveOpened message)
    {
        if (message.Number != receiveNumber || incoming is null)
        {
            message.Opening.Incoming?.Dispose();
        }
        else if (message.Opening.Incoming is { } file)
        {
            incomingFile = file;
            while (waitingChunks.TryDequeue(out var chunk))
            {
                OnWriteChunk(chunk);
            }
        }
        else
        {
            FailReceive(message.Opening.Problem!);
        }
    }

    private void OnWriteChunk(WriteSnapshotChunk message)
    {
        if (incoming is null)
        {
            consensus.Tell(SnapshotReceiveFailed.Instance);
        }
        else if (incomingFile is null)
        {
            waitingChunks.Enqueue(message);
        }
        else if (incoming.Take(message.ChunkNumber, message.Data) is not { } records)
        {
            FailReceive($"piece {message.ChunkNumber} is not a piece of this snapshot");
        }
        else
        {
            var number = receiveNumber;
            var self = Self;
            incomingFile.Add(records, problem => self.Tell(new WritingDone(number, problem), ActorRefs.NoSender));
        }
    }

    private void OnWritingDone(WritingDone message)
    {
        if (message.Number != receiveNumber || incoming is null)
        {
            return;
        }

        if (message.Problem is null)
        {
            consensus.Tell(SnapshotChunkWritten.Instance);
        }
        else
        {
            FailReceive(message.Problem);
        }
    }

    private void OnInstall()
    {
        incomingState = incoming?.Complete();
        if (incomingState is null)
        {
            FailReceive("its content does not have the hash that its header says");
        }
        else
        {
            store.Tell(PrepareReplacement.Instance);
        }
    }

    private void OnReadyForReplacement()
    {
        var self = Self;
        incomingFile!.Install(incoming!.Metadata!, problem => self.Tell(new InstallDone(problem), ActorRefs.NoSender));
    }

    private void OnInstallDone(InstallDone message)
    {
        if (message.Problem is { } problem)
        {
            if (!problem.IsTransient)
            {
                throw new CheckpointFailedException(problem.Message);
            }

            store.Tell(new ReplaceState(null));
            FailReceive(problem.Message);
            return;
        }

        NodeLog.SnapshotInstalled(logger, incoming!.Description.LastEntry.Index.Value, incomingState!.Count);

        // The store has its new state before anything behind the snapshot can reach it: its mailbox keeps the order.
        store.Tell(new ReplaceState(incomingState));
        incomingFile!.Dispose();
        incomingFile = null;
        ForgetIncoming();
        consensus.Tell(SnapshotInstalled.Instance);
    }

    // A checkpoint that can be written no more would refuse every further attempt: this node would lag for ever and seem
    // to be well. What was closed was closed by a later snapshot.
    private void FailReceive(StorageProblem problem)
    {
        if (!problem.IsTransient && problem.Kind != StorageProblemKind.Closed)
        {
            throw new CheckpointFailedException(problem.Message);
        }

        FailReceive(problem.Message);
    }

    private void FailReceive(string problem)
    {
        NodeLog.SnapshotNotReceived(logger, problem);
        ForgetIncoming();
        consensus.Tell(SnapshotReceiveFailed.Instance);
    }

    private void ForgetIncoming()
    {
        incomingFile?.Dispose();
        incomingFile = null;
        incoming = null;
        incomingState = null;
        waitingChunks.Clear();
    }

    private sealed record OpeningDone(NodeId Peer, SnapshotOpening Opening);

    private sealed record ReadingDone(NodeId Peer, long ChunkNumber, ChunkReading Reading);

    private sealed record ReceiveOpened(long Number, ReceiveOpening Opening);

    private sealed record WritingDone(long Number, StorageProblem? Problem);

    private sealed record InstallDone(StorageProblem? Problem);
}
