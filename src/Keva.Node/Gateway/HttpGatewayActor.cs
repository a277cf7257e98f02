using Keva.Actors;
using Keva.Node.Consensus;
using Keva.Node.Gateway.Events;
using Keva.Node.State;
using Keva.Node.Telemetry.Tracing;
using Keva.Raft.Driver;

namespace Keva.Node.Gateway;

/// <summary>
/// Where requests of users meet the cluster: keeps track of each from arrival to answer, with
/// <see cref="WriteTracker{TClient}"/> and <see cref="ReadTracker{TClient}"/> deciding. Requests that arrive together
/// go on together.
/// </summary>
public sealed class HttpGatewayActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(50);

    private readonly WriteTracker<IActorRef> writes;
    private readonly ReadTracker<IActorRef> reads;
    private readonly ClusterViewHolder views;
    private readonly Func<TimeSpan> now;
    private readonly GatewayStatistics statistics;
    private readonly ClusterEventLog events;
    private IActorRef? consensus;
    private IActorRef? store;
    private IActorRef? drainRequester;
    private bool flushScheduled;
    private bool isKeepingTime;

    /// <param name="options">Limits and time-outs.</param>
    /// <param name="views">Where the latest view of the cluster is left for whoever wants it.</param>
    /// <param name="now">Monotonic time since some fixed moment.</param>
    /// <param name="wallClock">The time of day, for events.</param>
    /// <param name="statistics">Where numbers are left.</param>
    /// <param name="traces">Where traced writes are known.</param>
    public HttpGatewayActor(
        GatewayOptions options,
        ClusterViewHolder views,
        Func<TimeSpan> now,
        Func<DateTimeOffset> wallClock,
        GatewayStatistics statistics,
        TracedWrites traces)
    {
        this.views = views;
        this.now = now;
        this.statistics = statistics;
        events = new ClusterEventLog(wallClock);
        events.OnView(views.Current);
        writes = new WriteTracker<IActorRef>(options, traces);
        reads = new ReadTracker<IActorRef>(options);
        Receive<ClientWrite>(OnWrite);
        Receive<ClientRead>(OnRead);
        Receive<Flush>(_ => OnFlush());
        Receive<Tick>(_ => OnTick());
        Receive<CommandsApplied>(message => Answer(writes.OnApplied(message.Last, message.OwnResults)));
        Receive<KeysRead>(message => Answer(reads.OnRead(message.BatchId, message.Records, message.StoreRevision, views.AgeAt(now()))));
        Receive<ReadConfirmed>(OnReadConfirmed);
        Receive<ProposalsRefused>(OnProposalsRefused);
        Receive<LeadershipChanged>(message => OnLeadership(message.Leadership));
        Receive<StateReplaced>(message => Answer(writes.OnStateReplaced(message.Last)));
        Receive<ViewPublished>(OnView);
        Receive<WatchClusterEvents>(message => Sender.Tell(new ClusterEventsWatched(events.TryWatch(message.Since, message.Events))));
        Receive<UnwatchClusterEvents>(message => events.Unwatch(message.Events));
        Receive<GatewayOpened>(OnOpened);
        Receive<GetStore>(_ => Sender.Tell(new StoreFound(store)));
        Receive<GatewayClosing>(_ => OnClosing());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PostStop() => events.Complete();

    private void OnView(ViewPublished message)
    {
        views.Publish(message);
        events.OnView(message.View);
    }

    private void OnOpened(GatewayOpened message)
    {
        consensus = message.Consensus;
        store = message.Store;
    }

    private void OnWrite(ClientWrite message)
    {
        if (Refusal() is { } failure)
        {
            Answer(Sender, new WriteOutcome(failure, 0, false, default));
        }
        else if (writes.Add(message, Sender, now()) is { } outcome)
        {
            Answer(Sender, outcome);
        }
        else
        {
            KeepTime();
            ScheduleFlush();
        }
    }

    private void OnRead(ClientRead message)
    {
        if (Refusal() is { } failure)
        {
            Answer(Sender, new ReadOutcome(failure, false, default, 0, 0, message.Consistency, null));
            return;
        }

        reads.Add(message, Sender, now());
        KeepTime();
        ScheduleFlush();
    }

    private KevaFailure? Refusal()
    {
        if (drainRequester is not null)
        {
            return new KevaFailure(KevaError.Stopping, "this node is stopping");
        }

        return consensus is null ? new KevaFailure(KevaError.Joining, views.Current.NotReadyReason ?? "this node is not yet part of a cluster") : null;
    }

    private void ScheduleFlush()
    {
        if (!flushScheduled)
        {
            flushScheduled = true;
            Self.Tell(Flush.Instance);
        }
    }

    private void OnFlush()
    {
        flushScheduled = false;
        if (writes.TakeProposals() is { } batch)
        {
            consensus!.Tell(new Propose(batch.Term, batch.Proposals));
        }

        foreach (var wanted in reads.TakeWanted())
        {
            consensus!.Tell(new RequestReadIndex(wanted.BatchId, wanted.Lease));
        }

        AskStore(reads.TakeStale());
    }

    private void OnReadConfirmed(ReadConfirmed message)
    {
        if (reads.OnConfirmed(message.ReadId, message.ReadIndex) is { } read)
        {
            statistics.ReadIndexWaited?.Invoke(now() - read.Arrived);
            AskStore(read);
        }
    }

    private void OnProposalsRefused(ProposalsRefused message)
    {
        statistics.ProposalsRefused(message.Reason, message.Proposals.Count);
        Answer(writes.OnRefused(message.ProposedFor, message.Proposals, message.Reason));
    }

    private void OnLeadership(Leadership leadership)
    {
        Answer(writes.OnLeadership(leadership, leadership.Leader == views.Current.Self));
    }

    private void OnTick()
    {
        var time = now();
        Answer(writes.OnTick(time));
        Answer(reads.OnTick(time));
        statistics.Pending(writes.Count, reads.Count, writes.QueuedBytes);
        if (!writes.IsEmpty || !reads.IsEmpty)
        {
            return;
        }

        drainRequester?.Tell(GatewayDrained.Instance);
        isKeepingTime = drainRequester is not null;
        if (!isKeepingTime)
        {
            Timers.Cancel(Tick.Instance);
        }
    }

    // A node that nobody asks for anything is not to be woken for it.
    private void KeepTime()
    {
        if (!isKeepingTime)
        {
            isKeepingTime = true;
            Timers.StartPeriodicTimer(Tick.Instance, Tick.Instance, TickInterval, TickInterval);
        }
    }

    private void OnClosing()
    {
        drainRequester = Sender;
        Answer(writes.OnClosing());
        KeepTime();
    }

    private void AskStore(StoreRead? read)
    {
        if (read is not null)
        {
            store!.Tell(new ReadKeys(read.BatchId, read.NotBefore, read.Keys));
        }
    }

    private void Answer(List<(IActorRef Client, WriteOutcome Outcome)> answers)
    {
        foreach (var (client, outcome) in answers)
        {
            Answer(client, outcome);
        }

        FlushIfThereIsAnythingToPropose();
    }

    // Writes that were lost with a leader, or refused by one, are proposed again.
    private void FlushIfThereIsAnythingToPropose()
    {
        if (writes.HasUnsent)
        {
            ScheduleFlush();
        }
    }

    private void Answer(List<(IActorRef Client, ReadOutcome Outcome)> answers)
    {
        foreach (var (client, outcome) in answers)
        {
            Answer(client, outcome);
        }
    }

    private void Answer(IActorRef client, WriteOutcome outcome)
    {
        if (outcome.Error is { } failure)
        {
            statistics.WriteFailed(failure.Error);
        }

        client.Tell(outcome);
    }

    private void Answer(IActorRef client, ReadOutcome outcome)
    {
        if (outcome.Error is { } failure)
        {
            statistics.ReadFailed(failure.Error);
        }

        client.Tell(outcome);
    }

    private sealed record Tick
    {
        public static readonly Tick Instance = new();
    }

    private sealed record Flush
    {
        public static readonly Flush Instance = new();
    }
}
