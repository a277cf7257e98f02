using Keva.Actors;
using Keva.Journal;
using Keva.Journal.Checkpoints;
using Keva.Node.Consensus;
using Keva.Node.Configuration;
using Keva.Node.Hosting;
using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Membership;
using Keva.Raft.Messages;
using Keva.Store;
using Keva.Store.Checkpoints;
using Microsoft.Extensions.Logging;

namespace Keva.Node.State;

/// <summary>What the store actor is made of.</summary>
/// <param name="State">The state as loaded from the checkpoint.</param>
/// <param name="Session">Names this start of the process; commands that carry it are answered here.</param>
/// <param name="Configuration">The configuration as of that checkpoint; each further one says of which it is.</param>
/// <param name="Statistics">Where numbers are left.</param>
/// <param name="Observer">Who is shown the state; null for nobody.</param>
public sealed record StoreActorSetup(
    StateMachine State,
    ulong Session,
    ClusterConfiguration Configuration,
    ICheckpointStore Checkpoints,
    JournalSettings Settings,
    ILogger Logger,
    StoreStatistics Statistics,
    INodeObserver? Observer = null);

/// <summary>
/// Owns the live state: applies what is committed, serves reads at the index that they need, and passes what changed to
/// the checkpoint in the background.
/// </summary>
public sealed class StoreActor : ReceiveActor, IWithTimers
{
    /// <summary>Looks at whether a pass is due, in one interval.</summary>
    private const int LooksPerInterval = 6;

    private readonly StoreActorSetup setup;
    private readonly IActorRef gateway;
    private readonly PriorityQueue<(ReadKeys Read, IActorRef Reader), long> waitingReads = new();
    private StateMachine state;
    private ClusterConfiguration configuration;
    private IActorRef consensus = ActorRefs.Nobody;
    private IActorRef? replacer;
    private CheckpointDelta? delta;
    private long checkpointed;
    private int looksSincePass;
    private long appliedAtLastLook;

    // Bytes of commands: applied so far, of them in the delta that is being written, and in the checkpoint.
    private long appliedBytes;
    private long deltaBytes;
    private long checkpointedBytes;
    private bool preparingReplacement;

    public StoreActor(StoreActorSetup setup, IActorRef gateway)
    {
        this.setup = setup;
        this.gateway = gateway;
        state = setup.State;
        configuration = setup.Configuration;
        setup.Observer?.OnStateMachine(state);
        checkpointed = state.AppliedIndex;
        ShowStatistics();
        Receive<ApplyEntries>(OnApply);
        Receive<ReadKeys>(OnRead);
        Receive<ListKeys>(message => Sender.Tell(KeyListing.Of(state, message)));
        Receive<LookAtCheckpoint>(_ => OnLookAtCheckpoint());
        Receive<CheckpointWritten>(OnCheckpointWritten);
        Receive<PrepareReplacement>(_ => OnPrepareReplacement());
        Receive<ReplaceState>(OnReplace);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private EntryId LastApplied => new(new LogIndex(state.AppliedIndex), new Term(state.AppliedTerm));

    protected override void PreStart()
    {
        var pause = setup.Settings.CheckpointInterval / LooksPerInterval;
        Timers.StartPeriodicTimer("checkpoint", LookAtCheckpoint.Instance, pause, pause);
    }

    private void OnApply(ApplyEntries message)
    {
        consensus = Sender;
        var own = new List<ApplyResult>();
        foreach (ref readonly var entry in message.Entries.Entries)
        {
            if (entry.Kind == EntryKind.Command)
            {
                appliedBytes += entry.Payload.Length;
                var result = state.Apply(entry.Index.Value, entry.Term.Value, entry.Payload);
                if (result.Origin.Session == setup.Session)
                {
                    own.Add(result);
                }
            }
            else
            {
                state.ApplyEmpty(entry.Index.Value, entry.Term.Value);
                NoteConfiguration(entry);
            }
        }

        gateway.Tell(new CommandsApplied(LastApplied, own));
        consensus.Tell(new EntriesApplied(LastApplied.Index, LatestMark()));
        ServeWaitingReads();
        ShowStatistics();
        if (state.AppliedIndex - checkpointed >= setup.Settings.CheckpointMaxLogEntries || appliedBytes - checkpointedBytes >= setup.Settings.CheckpointMaxLogBytes)
        {
            BeginCheckpoint();
        }
    }

    private void NoteConfiguration(in LogEntry entry)
    {
        if (entry.Kind == EntryKind.Configuration)
        {
            var isReadable = ClusterConfigurationCodec.TryDecode(entry.Payload.Span, out configuration);
            Invariant.Check(isReadable, "a configuration entry holds a configuration");
        }
    }

    private void OnRead(ReadKeys message)
    {
        if (message.NotBefore.Value <= state.AppliedIndex)
        {
            Serve(message, Sender);
        }
        else
        {
            waitingReads.Enqueue((message, Sender), message.NotBefore.Value);
        }
    }

    private void ServeWaitingReads()
    {
        while (waitingReads.TryPeek(out var waiting, out var index) && index <= state.AppliedIndex)
        {
            waitingReads.Dequeue();
            Serve(waiting.Read, waiting.Reader);
        }
    }

    private void Serve(ReadKeys message, IActorRef reader)
    {
        var records = new KeyValueRecord[message.Keys.Count];
        for (var i = 0; i < records.Length; i++)
        {
            records[i] = state.TryGet(message.Keys[i].Span, out var record) ? record : default;
        }

        reader.Tell(new KeysRead(message.BatchId, records, state.Revision));
    }

    private StateHashMark LatestMark() =>
        state.LatestMark is { } mark ? new StateHashMark(new LogIndex(mark.Index), mark.Hash) : StateHashMark.None;

    /// <summary>A pass is also due when nothing was applied for a while: it disturbs nobody then, and a restart is quicker after it.</summary>
    private void OnLookAtCheckpoint()
    {
        var isQuiet = state.AppliedIndex == appliedAtLastLook;
        appliedAtLastLook = state.AppliedIndex;
        if (++looksSincePass >= LooksPerInterval || isQuiet)
        {
            BeginCheckpoint();
        }
    }

    private void BeginCheckpoint()
    {
        if (delta is not null || preparingReplacement || state.AppliedIndex == checkpointed)
        {
            return;
        }

        looksSincePass = 0;
        delta = state.TakeDelta();
        deltaBytes = appliedBytes;
        var changes = new CheckpointChange[delta.Count];
        var i = 0;
        foreach (var change in delta)
        {
            changes[i++] = new CheckpointChange(change.Key, change.IsDelete ? null : CheckpointRecords.From(change.Record));
        }

        var self = Self;
        setup.Checkpoints.Write(
            changes,
            CheckpointRecords.Describe(delta.Metadata, configuration),
            problem => self.Tell(new CheckpointWritten(problem), ActorRefs.NoSender));
    }

    private void OnCheckpointWritten(CheckpointWritten message)
    {
        var written = delta!;
        delta = null;
        if (message.Problem is null)
        {
            checkpointed = written.Metadata.AppliedIndex;
            checkpointedBytes = deltaBytes;
            consensus.Tell(new CheckpointAdvanced(new LogIndex(checkpointed)));
        }
        else if (message.Problem.IsTransient)
        {
            // The next pass covers its changes, too.
            state.ReturnDelta(written);
            NodeLog.CheckpointPostponed(setup.Logger, message.Problem.Message);
        }
        else
        {
            throw new CheckpointFailedException(message.Problem.Message);
        }

        ShowStatistics();
        if (preparingReplacement)
        {
            replacer!.Tell(ReadyForReplacement.Instance);
        }
    }

    private void OnPrepareReplacement()
    {
        preparingReplacement = true;
        replacer = Sender;
        if (delta is null)
        {
            replacer.Tell(ReadyForReplacement.Instance);
        }
    }

    private void OnReplace(ReplaceState message)
    {
        preparingReplacement = false;
        replacer = null;
        if (message.State is null)
        {
            return;
        }

        state = message.State;
        configuration = message.Configuration!;
        setup.Observer?.OnStateMachine(state);
        checkpointed = state.AppliedIndex;
        checkpointedBytes = appliedBytes;
        gateway.Tell(new StateReplaced(LastApplied));
        ServeWaitingReads();
        ShowStatistics();
    }

    private void ShowStatistics() => setup.Statistics.Show(state, checkpointed, waitingReads.Count);

    private sealed record LookAtCheckpoint
    {
        public static readonly LookAtCheckpoint Instance = new();
    }
}
