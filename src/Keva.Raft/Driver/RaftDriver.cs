using Keva.Raft.Log;
using Keva.Raft.Membership;
using Keva.Raft.Messages;
using Keva.Raft.Progress;
using Keva.Raft.Roles;

namespace Keva.Raft.Driver;

/// <summary>
/// Runs one <see cref="RaftCore"/> and does what it says in the only safe order: persist, then send what depends on it,
/// then apply what is committed. Inputs only collect; <see cref="Flush"/> acts, so that everything which arrived
/// together becomes one write, one message a peer and one batch to apply. Completions come back as inputs; nothing here
/// waits.
/// </summary>
public sealed class RaftDriver
{
    // Keeps messages of very many very small proposals within what a receiver takes.
    private const int MaxForwarded = 10_000;

    private readonly GroupId group;
    private readonly RaftOptions options;
    private readonly RaftCore core;
    private readonly RaftPorts ports;
    private readonly HeldMessages held = new();
    private readonly ProposalInbox inbox = new();
    private readonly List<Proposal> toForward = [];
    private readonly List<OutgoingMessage> answers = [];
    private readonly Queue<(LogIndex Last, long Bytes)> unapplied = new();
    private readonly Queue<(long Sequence, HardState HardState)> hardStateWrites = new();
    private readonly SortedDictionary<NodeId, SnapshotSending> sendings = [];
    private readonly SnapshotReceiving receiving;
    private readonly ConfigurationRequests changes;
    private HardState durableHardState;
    private long lastSequence;
    private long lastHardStateSequence;
    private long persistedSequence;
    private long unappliedBytes;
    private Leadership leadership;
    private int ticksUntilHandover;
    private Term forwardTerm;
    private (ClusterConfiguration? Configuration, bool IsCommitted) toldConfiguration;

    /// <param name="group">Which group this is.</param>
    /// <param name="options">The core's options.</param>
    /// <param name="core">A core that has just been made.</param>
    /// <param name="ports">Where effects go.</param>
    /// <param name="reset">From <see cref="Recovery"/>: what the journal must be told before anything else, or null.</param>
    public RaftDriver(GroupId group, RaftOptions options, RaftCore core, RaftPorts ports, LogReset? reset = null)
    {
        this.group = group;
        this.options = options;
        this.core = core;
        this.ports = ports;
        durableHardState = core.HardState;
        receiving = new SnapshotReceiving(ports.Snapshots);
        changes = new ConfigurationRequests(core, options, SendWhenHardStateIsDurable, ports.Membership);
        leadership = new Leadership(core.Term, core.Leader);
        if (reset is not null)
        {
            Write(core.HardState, reset, null);
        }
    }

    public RaftCore Core => core;

    /// <summary>False while the journal takes no writes.</summary>
    public bool CanPersist { get; private set; } = true;

    public bool IsStopping { get; private set; }

    public bool IsLeader => core.Role == RoleKind.Leader;

    /// <summary>The highest index that the state machine said it has applied.</summary>
    public LogIndex AppliedIndex => core.ReportedApplied;

    /// <summary>The state machine's latest hash mark.</summary>
    public StateHashMark LatestMark => core.LatestStateHash;

    /// <summary>See <see cref="RaftCore.TicksUntilDue"/>.</summary>
    public int TicksUntilDue => CanPersist && !IsStopping && sendings.Count == 0 && changes.IsEmpty ? core.TicksUntilDue : 1;

    public void Tick(TimeSpan now)
    {
        core.SetNow(now);
        core.Tick();
        foreach (var sending in sendings.Values.ToArray())
        {
            TickSending(sending);
        }

        changes.Tick();
        if (IsLeader && (!CanPersist || IsStopping) && --ticksUntilHandover <= 0)
        {
            // A leader that takes no writes gives way to one that does, if there is one; else it goes on for the reads.
            TryHandOver();
        }
    }

    /// <summary>A message from another server.</summary>
    public void Receive(NodeId from, RaftMessage message, TimeSpan now)
    {
        core.SetNow(now);
        core.Step(from, message);
        switch (message)
        {
            case ForwardProposals forwarded:
                TakeForwarded(from, forwarded);
                break;
            case ForwardRefused refused:
                ports.Clients.ProposalsRefused(refused.ProposedFor, refused.Proposals, refused.Reason);
                break;
            case InstallSnapshotResponse response when IsLeader && response.Term == core.Term:
                OnInstallSnapshotResponse(from, response);
                break;
            case ForwardChange request when !IsStopping:
                changes.OnForwarded(from, request);
                break;
            case ForwardChangeAnswer answer:
                changes.OnAnswer(answer);
                break;
            case ForwardTransfer request:
                core.TransferLeadership(request.Target.IsNone ? null : request.Target);
                break;
            case MembershipEnded ended when ended.AsOf.IsAtLeastAsUpToDateAs(core.ConfigurationEntry):
                ports.Membership?.MembershipEnded();
                break;
        }
    }

    /// <summary>
    /// Proposals of this server's clients, made for <paramref name="term"/>. Each is refused, or is applied at most once
    /// and before any entry of a later term; if its message is lost, neither happens.
    /// </summary>
    public void Propose(Term term, IReadOnlyList<Proposal> proposals)
    {
        if (term != core.Term || core.Leader.IsNone || IsStopping)
        {
            var reason = IsStopping ? ProposalRefusal.Stopping : ProposalRefusal.NotLeader;
            ports.Clients.ProposalsRefused(term, proposals.Select(proposal => proposal.Id).ToArray(), reason);
        }
        else if (IsLeader)
        {
            SettleInboxBefore(term);
            inbox.Add(term, proposals, NodeId.None);
        }
        else
        {
            if (forwardTerm != term)
            {
                // What was made for an earlier term is good for that one only.
                RefuseForwards();
                forwardTerm = term;
            }

            toForward.AddRange(proposals);
        }
    }

    /// <summary>See <see cref="RaftCore.RequestRead"/>; the answer comes by <see cref="IClientPort.ReadConfirmed"/>.</summary>
    public void RequestRead(long readId, bool lease, TimeSpan now)
    {
        core.SetNow(now);
        core.RequestRead(readId, lease);
    }

    /// <summary>The journal's writes up to <paramref name="sequence"/> are durable.</summary>
    public void OnPersisted(long sequence)
    {
        Invariant.Check(sequence > persistedSequence && sequence <= lastSequence, "writes become durable in order and once");
        persistedSequence = sequence;
        while (hardStateWrites.TryPeek(out var write) && write.Sequence <= sequence)
        {
            hardStateWrites.Dequeue();
            durableHardState = write.HardState;
        }

        core.OnPersisted(sequence, durableHardState);
        held.Release(sequence, Send);
    }

    /// <summary>See <see cref="RaftCore.ChangeConfiguration"/>.</summary>
    public ConfigurationRefusal ChangeConfiguration(ConfigurationChange change, out string problem)
    {
        problem = "";
        return IsStopping ? ConfigurationRefusal.Stopping : core.ChangeConfiguration(change, out problem);
    }

    /// <summary>
    /// Has the configuration changed through whoever leads; <see cref="IMembershipPort.ChangeEnded"/> tells how it ended, and
    /// always comes.
    /// </summary>
    /// <param name="requestId">A number that was not used before.</param>
    /// <param name="change">What is wanted.</param>
    public void RequestChange(long requestId, ConfigurationChange change) => changes.Begin(requestId, change);

    /// <summary>
    /// Asks whoever leads to hand leadership to <paramref name="target"/>, or, with none, to the follower that is furthest.
    /// False if no leader is known, or it cannot be.
    /// </summary>
    public bool RequestTransfer(NodeId target)
    {
        if (IsLeader)
        {
            return core.TransferLeadership(target.IsNone ? null : target);
        }

        if (!core.Leader.IsNone)
        {
            SendWhenHardStateIsDurable(core.Leader, new ForwardTransfer(core.Term, target));
        }

        return !core.Leader.IsNone;
    }

    /// <summary>Tells a server that takes itself for a member that it is none any more. Only a leader, of a committed configuration.</summary>
    public void TellMembershipEnded(NodeId server) =>
        SendWhenHardStateIsDurable(server, new MembershipEnded(core.Term, core.Log.IdAt(core.Log.CommitIndex)));

    public void OnJournalStalled()
    {
        CanPersist = false;
        ticksUntilHandover = 0;
        core.SetCanPersist(false);
    }

    public void OnJournalResumed()
    {
        CanPersist = true;
        core.SetCanPersist(true);
    }

    /// <summary>The state machine has applied up to <paramref name="index"/>; <paramref name="latest"/> is its latest mark.</summary>
    public void OnApplied(LogIndex index, StateHashMark latest)
    {
        while (unapplied.TryPeek(out var batch) && batch.Last <= index)
        {
            unapplied.Dequeue();
            unappliedBytes -= batch.Bytes;
        }

        core.OnApplied(index, latest);
    }

    /// <summary>A checkpoint is durable: the log behind it may go, but for a tail kept for slow followers.</summary>
    public void OnCheckpoint(LogIndex checkpoint)
    {
        var to = core.Log.TrimPoint(checkpoint, options.RetainedLogEntries, options.RetainedLogBytes);
        if (core.Log.RetainedBytes <= options.RetainedLogBytesForFollowers)
        {
            to = LogIndex.Min(to, NeededByFollowers());
        }

        if (to > core.Log.Start.Index)
        {
            var configuration = core.TrimTo(to);
            ports.Journal.Trim(group, core.Log.Start, configuration);
        }
    }

    /// <summary>
    /// Up to where no follower asks for entries any more, as far as known. With a lesser trim point a follower that is
    /// just catching up, or is taking in a snapshot, would need a snapshot again and again.
    /// </summary>
    private LogIndex NeededByFollowers()
    {
        var needed = core.Log.LastIndex;
        foreach (var follower in core.Followers)
        {
            // One that is gone may stay away for long; it gets a snapshot when it comes back.
            var isHere = follower.State == ReplicationState.Replicate || (follower.State == ReplicationState.Probe && follower.IsActive);
            if (isHere && follower.MatchIndex >= core.Log.Start.Index)
            {
                needed = LogIndex.Min(needed, follower.MatchIndex);
            }
        }

        foreach (var sending in sendings.Values)
        {
            needed = LogIndex.Min(needed, sending.LastIndex ?? core.Log.Start.Index);
        }

        return needed;
    }

    /// <summary>Messages to <paramref name="peer"/> may have been lost.</summary>
    public void OnPeerUnreachable(NodeId peer) => core.OnPeerUnreachable(peer);

    /// <summary>Refuses new proposals and hands leadership over, if there is anyone to take it.</summary>
    public void BeginStop()
    {
        IsStopping = true;
        TryHandOver();
    }

    public void OnSnapshotOpened(NodeId peer, SnapshotDescription snapshot)
    {
        if (sendings.TryGetValue(peer, out var sending))
        {
            ports.Snapshots.ReadChunk(peer, sending.OnOpened(snapshot));
        }
    }

    public void OnSnapshotChunkRead(NodeId peer, long chunkNumber, ReadOnlyMemory<byte> data, bool isLast)
    {
        // Only a leader speaks as one: leadership may have gone while the disk was read.
        if (IsLeader && sendings.TryGetValue(peer, out var sending) && sending.OnChunkRead(core.Term, chunkNumber, data, isLast) is { } message)
        {
            Send(peer, message);
        }
    }

    /// <summary>The snapshot for <paramref name="peer"/> could not be opened or read.</summary>
    public void OnSnapshotFailed(NodeId peer)
    {
        if (sendings.Remove(peer))
        {
            ports.Snapshots.Close(peer);
            core.OnSnapshotFailed(peer);
        }
    }

    public void OnSnapshotChunkWritten()
    {
        if (receiving.LastEntry is { } lastEntry && HoldsAllOf(lastEntry))
        {
            // The entries themselves came meanwhile, from a later leader or along another way.
            AnswerInstalled(receiving.GiveUp(), lastEntry);
        }
        else if (receiving.OnChunkWritten(core.Term) is { } answer)
        {
            SendWhenHardStateIsDurable(answer.To, answer.Response);
        }
        else if (receiving.IsInstalling)
        {
            core.BeginSnapshotInstall();
        }
    }

    public void OnSnapshotInstalled()
    {
        var (sender, snapshot) = receiving.OnInstalled();
        var reset = new LogReset(snapshot.LastEntry, snapshot.Configuration);
        core.FinishSnapshotInstall(reset);
        unapplied.Clear();
        unappliedBytes = 0;
        Write(core.HardState, reset, null);
        held.Hold(lastSequence, sender, new InstallSnapshotResponse(core.Term, snapshot.LastEntry, 0, Installed: true));
    }

    /// <summary>The snapshot could not be kept or put in place; the old state still stands.</summary>
    public void OnSnapshotReceiveFailed()
    {
        if (receiving.IsInstalling)
        {
            core.FinishSnapshotInstall(null);
        }

        receiving.Forget();
    }

    /// <summary>Acts on everything that collected since the last call.</summary>
    public void Flush()
    {
        if (!inbox.IsEmpty)
        {
            inbox.ProposeTo(core, IsStopping, Refuse);
        }

        SendForwards();
        var ready = core.TakeReady(options.MaxUnappliedBytes - unappliedBytes);
        Persist(ready.HardState);
        foreach (var message in ready.Messages)
        {
            Deliver(message);
        }

        DeliverAnswers();

        if (ready.Committed is { } committed)
        {
            unapplied.Enqueue((committed.Last.Index, committed.Size));
            unappliedBytes += committed.Size;
            ports.StateMachine.Apply(committed);
        }

        HandleSnapshots(ready);
        DeliverAnswers();
        TellClients(ready);
    }

    // Nobody to hand over to is a matter of the moment: it is tried again with the next tick.
    private void TryHandOver() => ticksUntilHandover = core.TransferLeadership(null) ? options.ElectionTicks : 0;

    private void Persist(HardState? hardState)
    {
        if (core.Log.HasUnwritten)
        {
            core.Log.TakeUnwritten(() => lastSequence + 1, (_, batch) =>
            {
                Write(hardState, null, batch);
                hardState = null;
            });
        }

        if (hardState is not null)
        {
            Write(hardState, null, null);
        }
    }

    private void Write(HardState? hardState, LogReset? reset, EntryBatch? entries)
    {
        lastSequence++;
        if (hardState is { } changed)
        {
            lastHardStateSequence = lastSequence;
            hardStateWrites.Enqueue((lastSequence, changed));
        }

        ports.Journal.Write(new JournalWrite(group, lastSequence, hardState, reset, entries));
    }

    private void Deliver(OutgoingMessage outgoing)
    {
        var after = outgoing.After == Durability.Log ? lastSequence : lastHardStateSequence;
        if (after <= persistedSequence)
        {
            Send(outgoing.To, outgoing.Message);
        }
        else
        {
            held.Hold(after, outgoing.To, outgoing.Message);
        }
    }

    // The term that such a message carries may be newer than what the journal was given: it is sorted out after the
    // next write.
    private void SendWhenHardStateIsDurable(NodeId to, RaftMessage message) =>
        answers.Add(new OutgoingMessage(to, message, Durability.HardState));

    private void DeliverAnswers()
    {
        foreach (var answer in answers)
        {
            Deliver(answer);
        }

        answers.Clear();
    }

    private void Send(NodeId to, RaftMessage message) => ports.Peers.Send(to, group, message);

    private void TakeForwarded(NodeId from, ForwardProposals forwarded)
    {
        if (IsLeader && forwarded.Term == core.Term)
        {
            SettleInboxBefore(core.Term);
            inbox.Add(core.Term, forwarded.Proposals, from);
        }
        else
        {
            Refuse(from, forwarded.Term, ProposalRefusal.NotLeader, forwarded.Proposals.Select(proposal => proposal.Id).ToArray());
        }
    }

    // The term may have changed since the last flush; what was proposed for an earlier one is refused then.
    private void SettleInboxBefore(Term term)
    {
        if (!inbox.IsEmpty && inbox.Term != term)
        {
            inbox.ProposeTo(core, IsStopping, Refuse);
        }
    }

    private void Refuse(NodeId origin, Term proposedFor, ProposalRefusal reason, IReadOnlyList<ProposalId> proposals)
    {
        if (origin.IsNone)
        {
            ports.Clients.ProposalsRefused(proposedFor, proposals, reason);
        }
        else
        {
            foreach (var some in proposals.Chunk(MaxForwarded))
            {
                SendWhenHardStateIsDurable(origin, new ForwardRefused(core.Term, proposedFor, some, reason));
            }
        }
    }

    private void RefuseForwards()
    {
        if (toForward.Count > 0)
        {
            Refuse(NodeId.None, forwardTerm, ProposalRefusal.NotLeader, toForward.Select(proposal => proposal.Id).ToArray());
            toForward.Clear();
        }
    }

    private void SendForwards()
    {
        if (toForward.Count == 0)
        {
            return;
        }

        if (core.Term != forwardTerm || core.Leader.IsNone || IsLeader)
        {
            RefuseForwards();
            return;
        }

        var batch = new List<Proposal>();
        var bytes = 0L;
        foreach (var proposal in toForward)
        {
            if (batch.Count > 0 && (batch.Count == MaxForwarded || bytes + proposal.Payload.Length > options.MaxAppendBytes))
            {
                SendWhenHardStateIsDurable(core.Leader, new ForwardProposals(forwardTerm, batch));
                batch = [];
                bytes = 0;
            }

            batch.Add(proposal);
            bytes += proposal.Payload.Length + EntryBatchCodec.EntryOverhead;
        }

        SendWhenHardStateIsDurable(core.Leader, new ForwardProposals(forwardTerm, batch));
        toForward.Clear();
    }

    private void HandleSnapshots(Ready ready)
    {
        foreach (var peer in ready.SnapshotsNeeded)
        {
            sendings[peer] = new SnapshotSending(peer, options);
            ports.Snapshots.Open(peer);
        }

        foreach (var (from, request) in ready.SnapshotChunks)
        {
            if (request.Term != core.Term)
            {
                continue;
            }

            if (!receiving.IsInstalling && HoldsAllOf(request.Snapshot))
            {
                AnswerInstalled(from, request.Snapshot);
            }
            else if (receiving.OnChunk(from, request) is { } answer)
            {
                SendWhenHardStateIsDurable(from, answer);
            }
        }
    }

    /// <summary>
    /// Whether the log makes a snapshot unnecessary. Committed entries are equal everywhere; and an entry that the log
    /// shares with the snapshot proves all before it equal (figure 5.3, step 6: what follows that entry is retained,
    /// since it may have been acknowledged).
    /// </summary>
    private bool HoldsAllOf(EntryId snapshot) => snapshot.Index <= core.Log.CommitIndex || core.Log.Contains(snapshot);

    // The sender counts on this server's disk from then on, so the log goes there first.
    private void AnswerInstalled(NodeId sender, EntryId snapshot) =>
        answers.Add(new OutgoingMessage(sender, new InstallSnapshotResponse(core.Term, snapshot, 0, Installed: true), Durability.Log));

    private void OnInstallSnapshotResponse(NodeId from, InstallSnapshotResponse response)
    {
        if (!sendings.TryGetValue(from, out var sending) || !sending.OnResponse(response, out var read))
        {
            return;
        }

        if (response.Installed)
        {
            sendings.Remove(from);
            ports.Snapshots.Close(from);
            core.OnSnapshotSent(from, response.Snapshot.Index);
        }
        else if (read is { } chunk)
        {
            ports.Snapshots.ReadChunk(from, chunk);
        }
    }

    private void TickSending(SnapshotSending sending)
    {
        if (!IsLeader || sending.IsTimedOut)
        {
            OnSnapshotFailed(sending.Peer);
        }
        else if (sending.Tick(core.Term) is { } again)
        {
            Send(sending.Peer, again);
        }
    }

    private void TellClients(Ready ready)
    {
        foreach (var read in ready.Reads)
        {
            ports.Clients.ReadConfirmed(read);
        }

        TellOfConfiguration();
        var now = new Leadership(core.Term, core.Leader);
        if (now != leadership)
        {
            leadership = now;
            ports.Clients.LeadershipChanged(now);
        }
    }

    private void TellOfConfiguration()
    {
        var (configuration, isCommitted) = (core.Configuration, core.IsConfigurationCommitted);
        if (!ReferenceEquals(configuration, toldConfiguration.Configuration) || isCommitted != toldConfiguration.IsCommitted)
        {
            toldConfiguration = (configuration, isCommitted);
            ports.Membership?.ConfigurationChanged(configuration, isCommitted);
            changes.OnConfiguration();
        }
    }
}
