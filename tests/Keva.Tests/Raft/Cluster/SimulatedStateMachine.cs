using System.Buffers.Binary;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Log;
using Keva.Raft.Membership;
using Keva.Raft.Messages;
using Keva.Simulator.Rules;

namespace Keva.Tests.Raft.Cluster;

/// <summary>
/// One server's state machine: the sequence of entries that it applied, nothing else. Its checkpoints survive crashes,
/// and snapshots are made of them, cut into pieces whose size is another in each process.
/// </summary>
internal sealed class SimulatedStateMachine : IStateMachinePort, ISnapshotPort
{
    private const int MarkInterval = 8;

    private readonly Schedule schedule;
    private readonly Random random;
    private readonly FaultPlan plan;
    private readonly OperationQueue operations;
    private readonly OperationQueue readings;
    private readonly Dictionary<NodeId, OpenSnapshot> opened = [];
    private readonly List<byte> received = [];
    private List<LogEntry> applied = [];
    private LogEntry[] checkpoint = [];
    private StateHashMark mark = StateHashMark.None;
    private UInt128 hash;
    private int chunkSize;
    private int epoch;

    public SimulatedStateMachine(Schedule schedule, Random random, FaultPlan plan, ClusterConfiguration configuration)
    {
        this.schedule = schedule;
        this.random = random;
        this.plan = plan;
        Configuration = configuration;
        operations = new OperationQueue(schedule, random, () => IsHealed ? 1 : plan.MaxApplyDelay);
        readings = new OperationQueue(schedule, random, () => IsHealed ? 1 : plan.MaxApplyDelay);
        chunkSize = DrawChunkSize();
    }

    public StateMachineEvents Events { get; set; } = StateMachineEvents.None;

    public bool IsHealed { get; set; }

    public IReadOnlyList<LogEntry> Applied => applied;

    public LogIndex AppliedIndex => new(applied.Count);

    public EntryId Checkpoint => LastOf(checkpoint);

    public ClusterConfiguration Configuration { get; }

    /// <summary>The process ends: what is not in the checkpoint is gone.</summary>
    public void Crash()
    {
        epoch++;
        chunkSize = DrawChunkSize();
        operations.Clear();
        readings.Clear();
        opened.Clear();
        received.Clear();
        ReplaceState(checkpoint);
    }

    public void Apply(EntryBatch entries) => operations.Add(() =>
    {
        foreach (var entry in entries.Entries)
        {
            Require(entry.Index == AppliedIndex.Next(), $"entry {entry.Id} follows on the applied {AppliedIndex}");
            Add(entry);
            Events.EntryApplied(entry);
        }

        Events.Applied(AppliedIndex, mark);
    });

    /// <summary>Writes what is applied now to disk, in the background.</summary>
    public void TakeCheckpoint()
    {
        var image = applied.ToArray();
        var started = epoch;
        schedule.After(1 + random.NextInt64(plan.MaxPersistDelay), () =>
        {
            if (started == epoch && image.Length > checkpoint.Length)
            {
                checkpoint = image;
                Events.Checkpoint(new LogIndex(image.Length));
            }
        });
    }

    public void Open(NodeId peer)
    {
        opened.Remove(peer);
        readings.Add(() =>
        {
            if (Fails() || checkpoint.Length == 0)
            {
                Events.SnapshotFailed(peer);
                return;
            }

            var snapshot = new SnapshotDescription(LastOf(checkpoint), Configuration);
            opened[peer] = new OpenSnapshot(EntryBatchCodec.Encode(checkpoint), chunkSize);
            Events.SnapshotOpened(peer, snapshot);
        });
    }

    public void ReadChunk(NodeId peer, long chunkNumber) => readings.Add(() =>
    {
        if (!opened.TryGetValue(peer, out var snapshot))
        {
            return;
        }

        Require(chunkNumber >= 0 && chunkNumber <= snapshot.NextChunk, "the next piece is read, or an earlier one");
        if (Fails())
        {
            Events.SnapshotFailed(peer);
            return;
        }

        snapshot.NextChunk = Math.Max(snapshot.NextChunk, chunkNumber + 1);
        var from = (int)chunkNumber * snapshot.ChunkSize;
        Require(from < snapshot.Data.Length, "no piece is read behind the last");
        var data = snapshot.Data.Slice(from, Math.Min(snapshot.ChunkSize, snapshot.Data.Length - from));
        Events.ChunkRead(peer, chunkNumber, data, from + data.Length == snapshot.Data.Length);
    });

    public void Close(NodeId peer) => opened.Remove(peer);

    public void BeginReceive(SnapshotDescription snapshot) => operations.Add(received.Clear);

    public void WriteChunk(long chunkNumber, ReadOnlyMemory<byte> data) => operations.Add(() =>
    {
        if (Fails())
        {
            Events.ReceiveFailed();
            return;
        }

        received.AddRange(data.Span);
        Events.ChunkWritten();
    });

    public void Install(SnapshotDescription snapshot) => operations.Add(() =>
    {
        if (Fails())
        {
            Events.ReceiveFailed();
            return;
        }

        Require(EntryBatch.TryDecode(received.ToArray(), out var batch), "the pieces of a snapshot make a whole");
        Require(batch.Last == snapshot.LastEntry, "a snapshot is what it says");
        Require(batch.Last.Index > AppliedIndex, "a snapshot never takes the state back");
        checkpoint = batch.Entries.ToArray();
        ReplaceState(checkpoint);
        Events.SnapshotReplacedState();
        operations.Add(Events.SnapshotInstalled);
    });

    private void ReplaceState(LogEntry[] entries)
    {
        applied = [];
        hash = 0;
        mark = StateHashMark.None;
        foreach (var entry in entries)
        {
            Add(entry);
        }
    }

    private void Add(LogEntry entry)
    {
        applied.Add(entry);
        hash = hash * 1_000_003 + (ulong)entry.Term.Value * 31 + CommandOf(entry) + 1;
        if (entry.Index.Value % MarkInterval == 0)
        {
            mark = new StateHashMark(entry.Index, hash);
        }
    }

    /// <summary>The number of the proposal that the entry carries; zero for none.</summary>
    public static ulong CommandOf(LogEntry entry) =>
        entry.Kind == EntryKind.Command ? BinaryPrimitives.ReadUInt64LittleEndian(entry.Payload.Span) : 0;

    private static EntryId LastOf(LogEntry[] entries) => entries.Length == 0 ? EntryId.Zero : entries[^1].Id;

    private int DrawChunkSize() => random.Next(60, 600);

    private bool Fails() => !IsHealed && random.NextDouble() < plan.SnapshotFailureRate;

    private static void Require(bool condition, string rule)
    {
        if (!condition)
        {
            throw new BrokenRuleException("state machine", rule);
        }
    }

    private sealed class OpenSnapshot(ReadOnlyMemory<byte> data, int chunkSize)
    {
        public ReadOnlyMemory<byte> Data { get; } = data;

        public int ChunkSize { get; } = chunkSize;

        public long NextChunk { get; set; }
    }
}

/// <summary>What the state machine tells its server.</summary>
internal sealed record StateMachineEvents(
    Action<LogEntry> EntryApplied,
    Action<LogIndex, StateHashMark> Applied,
    Action<LogIndex> Checkpoint,
    Action<NodeId, SnapshotDescription> SnapshotOpened,
    Action<NodeId, long, ReadOnlyMemory<byte>, bool> ChunkRead,
    Action<NodeId> SnapshotFailed,
    Action ChunkWritten,
    Action ReceiveFailed,
    Action SnapshotReplacedState,
    Action SnapshotInstalled)
{
    public static readonly StateMachineEvents None = new(
        _ => { }, (_, _) => { }, _ => { }, (_, _) => { }, (_, _, _, _) => { }, _ => { }, () => { }, () => { }, () => { }, () => { });
}
