using Keva.Actors;
using Keva.Actors.Simulation;
using Keva.Journal;
using Keva.Journal.Checkpoints;
using Keva.Node.Configuration;
using Keva.Node.State;
using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Membership;
using Keva.Store;
using Keva.Store.Commands;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keva.Tests.State;

/// <summary>When the store's actor writes checkpoints, and when it must not.</summary>
public sealed class StoreActorTests
{
    private static readonly JournalSettings Settings = SettingsLoader.Load(new StartOptions()).Settings!.Journal with
    {
        CheckpointMaxLogEntries = 10,
        CheckpointMaxLogBytes = 1000,
    };

    private readonly DeterministicDispatcher world = new(seed: 1);
    private readonly HeldCheckpoints checkpoints = new();
    private readonly List<object> told = [];
    private readonly IActorRef other;
    private readonly IActorRef store;

    public StoreActorTests()
    {
        var system = ActorSystem.Create("keva", world.AddHost("n1").Options);
        other = system.ActorOf(Props.Create(() => new Recorder(told)), "other");
        var setup = new StoreActorSetup(
            new StateMachine(), Session: 1, ClusterConfiguration.Empty, checkpoints, Settings, NullLogger.Instance, new StoreStatistics());
        store = system.ActorOf(Props.Create(() => new StoreActor(setup, other)), "store");
        world.RunUntilIdle();
    }

    [Fact]
    public void No_checkpoint_is_begun_while_a_snapshot_takes_the_place_of_the_state()
    {
        Apply(1);
        Tell(PrepareReplacement.Instance);
        Assert.Contains(ReadyForReplacement.Instance, told);
        world.AdvanceBy(Settings.CheckpointInterval * 3);
        Assert.Empty(checkpoints.Waiting);

        Tell(new ReplaceState(State: null, Configuration: null));
        world.AdvanceBy(Settings.CheckpointInterval * 2);
        Assert.Single(checkpoints.Waiting);
    }

    [Fact]
    public void A_snapshot_waits_for_the_checkpoint_that_is_under_way()
    {
        Apply(1);
        world.AdvanceBy(Settings.CheckpointInterval * 2);
        Tell(PrepareReplacement.Instance);
        Assert.DoesNotContain(ReadyForReplacement.Instance, told);

        Finish(Assert.Single(checkpoints.Waiting));
        Assert.Contains(ReadyForReplacement.Instance, told);
    }

    [Fact]
    public void A_checkpoint_is_begun_when_the_log_has_enough_entries_beyond_the_last()
    {
        Apply(1, 9);
        Assert.Empty(checkpoints.Waiting);
        Apply(10, 12);
        Finish(Assert.Single(checkpoints.Waiting));

        Apply(13, 19);
        Assert.Single(checkpoints.Waiting);
        Apply(20);
        Assert.Equal(2, checkpoints.Waiting.Count);
    }

    [Fact]
    public void A_checkpoint_is_begun_when_the_log_has_enough_bytes_beyond_the_last_though_they_are_all_of_one_key()
    {
        Apply(1, Write(600));
        Assert.Empty(checkpoints.Waiting);
        Apply(2, Write(600));
        Finish(Assert.Single(checkpoints.Waiting));

        Apply(3, Write(600));
        Assert.Single(checkpoints.Waiting);
        Apply(4, Write(600));
        Assert.Equal(2, checkpoints.Waiting.Count);
    }

    [Fact]
    public void A_checkpoint_is_begun_after_the_interval_or_as_soon_as_nothing_is_written_any_more()
    {
        var sixth = Settings.CheckpointInterval / 6;
        Apply(1);
        world.AdvanceBy(sixth * 1.5);
        Assert.Empty(checkpoints.Waiting);
        world.AdvanceBy(sixth);
        Finish(Assert.Single(checkpoints.Waiting));

        for (var index = 2; index <= 7; index++)
        {
            Assert.Single(checkpoints.Waiting);
            Apply(index);
            world.AdvanceBy(sixth);
        }

        Assert.Equal(2, checkpoints.Waiting.Count);
    }

    [Fact]
    public void A_checkpoint_that_found_the_disk_full_counts_for_nothing()
    {
        Apply(1, Write(1200));
        world.Execute(() => Assert.Single(checkpoints.Waiting)(new StorageProblem(StorageProblemKind.DiskFull, "full")));
        world.RunUntilIdle();
        Apply(2, Write(1));
        Assert.Equal(2, checkpoints.Waiting.Count);
    }

    private static ReadOnlyMemory<byte> Write(int valueBytes) => CommandCodec.Encode(new ProposalOrigin(2, 1), new SetCommand("k"u8.ToArray(), new byte[valueBytes]));

    private void Apply(long first, long last)
    {
        for (var index = first; index <= last; index++)
        {
            Apply(index);
        }
    }

    private void Finish(Action<StorageProblem?> written)
    {
        world.Execute(() => written(null));
        world.RunUntilIdle();
    }

    private void Apply(long index, ReadOnlyMemory<byte>? command = null)
    {
        var entry = new LogEntry(new LogIndex(index), new Term(1), command is null ? EntryKind.NoOperation : EntryKind.Command, command ?? ReadOnlyMemory<byte>.Empty);
        Tell(new ApplyEntries(new EntryBatch([entry])));
    }

    private void Tell(object message)
    {
        world.Execute(() => store.Tell(message, other));
        world.RunUntilIdle();
    }

    private sealed class Recorder(List<object> told) : UntypedActor
    {
        protected override void OnReceive(object message) => told.Add(message);
    }

    /// <summary>Checkpoints that are written when the test says so.</summary>
    private sealed class HeldCheckpoints : ICheckpointStore
    {
        public List<Action<StorageProblem?>> Waiting { get; } = [];

        public void Write(ReadOnlyMemory<CheckpointChange> changes, CheckpointMetadata metadata, Action<StorageProblem?> completed) => Waiting.Add(completed);

        public void Load(ICheckpointLoad load) => throw new NotSupportedException();

        public void OpenSnapshot(int chunkBytes, Action<SnapshotOpening> completed) => throw new NotSupportedException();

        public void BeginReceive(Action<ReceiveOpening> completed) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
