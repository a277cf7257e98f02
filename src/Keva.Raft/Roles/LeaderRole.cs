using Keva.Raft.Log;
using Keva.Raft.Membership;
using Keva.Raft.Messages;
using Keva.Raft.Progress;
using Keva.Raft.Quorum;
using Keva.Raft.Reads;

namespace Keva.Raft.Roles;

/// <summary>
/// Puts proposals into the log, replicates it and decides what is committed (§3.5, §3.6). Sending happens once per
/// flush, so that everything which arrived since the last one goes out together.
/// </summary>
internal sealed class LeaderRole : Role
{
    private readonly SortedDictionary<NodeId, PeerProgress> peers = [];

    // Members that were removed, with the ticks since that was committed; they are peers until they know.
    private readonly SortedDictionary<NodeId, int> departing = [];
    private readonly ReadIndexQueue reads;
    private readonly LogIndex firstOfTerm;
    private int ticksSinceHeartbeat;
    private int ticksSinceQuorumCheck;
    private LeadershipTransfer? transfer;

    // However late the target stands, it need not wait for this leader's lease to end: there is none from then on.
    private bool hasSentTimeoutNow;

    public LeaderRole(RaftState state, IRoleChanges changes)
        : base(state, changes)
    {
        reads = new ReadIndexQueue(state.Self);
        var log = state.Log;
        AddPeers();

        // §6.4 and §3.6.2: only an entry of its own term tells a leader what is committed.
        firstOfTerm = log.LastIndex.Next();
        Append([new LogEntry(firstOfTerm, state.Term, EntryKind.NoOperation, ReadOnlyMemory<byte>.Empty)]);
        foreach (var readId in state.LocalReads.Ids)
        {
            reads.Add(new ReadRequester(NodeId.None, readId));
        }

        BroadcastHeartbeat();
    }

    public override RoleKind Kind => RoleKind.Leader;

    // Its own check of the quorum makes sure that it does not say so for long without ground (§6.2).
    public override bool HearsFromLeader => true;

    private bool IsOnlyVoter => State.Configuration is { IsJoint: false, Voters: [var only] } && only == State.Self;

    private bool HasCommittedInTerm => State.Log.CommitIndex >= firstOfTerm;

    public IReadOnlyDictionary<NodeId, PeerProgress> Peers => peers;

    /// <summary>
    /// Appends the proposals that there is room for; the others, with the reason, go to <paramref name="refused"/>.
    /// </summary>
    public void Propose(IReadOnlyList<Proposal> proposals, List<(ProposalId Id, ProposalRefusal Reason)> refused)
    {
        var entries = new List<LogEntry>(proposals.Count);
        var index = State.Log.LastIndex;
        var bytes = 0L;
        foreach (var proposal in proposals)
        {
            if (RefusalOf(proposal, bytes) is { } reason)
            {
                refused.Add((proposal.Id, reason));
                continue;
            }

            index = index.Next();
            var entry = new LogEntry(index, State.Term, EntryKind.Command, proposal.Payload);
            if (bytes + entry.Size > State.Options.MaxAppendBytes && entries.Count > 0)
            {
                // A batch is a row of the journal and a message to each follower: it stays of a size that is easy to send.
                Append(entries.ToArray());
                entries.Clear();
                bytes = 0;
            }

            entries.Add(entry);
            bytes += entry.Size;
        }

        if (entries.Count > 0)
        {
            Append(entries.ToArray());
        }
    }

    /// <summary>
    /// Begins to hand leadership over (§3.10): to <paramref name="target"/>, or to the follower that is furthest. False
    /// if there is nobody to hand it to.
    /// </summary>
    public bool BeginTransfer(NodeId? target)
    {
        var chosen = target ?? BestSuccessor();
        if (chosen is not { } successor || !peers.TryGetValue(successor, out var progress) || !State.Configuration.IsVoter(successor))
        {
            return false;
        }

        transfer = new LeadershipTransfer(successor);
        SendTimeoutNowIfCaughtUp(progress);
        return true;
    }

    /// <summary>See <see cref="RaftCore.ChangeConfiguration"/>.</summary>
    public ConfigurationRefusal ChangeConfiguration(ConfigurationChange change, out string problem)
    {
        problem = "";
        if (transfer is not null)
        {
            return ConfigurationRefusal.Stopping;
        }

        if (!State.CanPersist)
        {
            return ConfigurationRefusal.DiskFull;
        }

        // Before an entry of its own term is committed, a leader does not know whether an earlier change is.
        if (!HasCommittedInTerm || !State.IsConfigurationCommitted || State.Configuration.IsJoint)
        {
            return ConfigurationRefusal.ChangeUnderWay;
        }

        var current = State.Configuration;
        if (change.ApplyTo(current, out problem) is not { } wanted)
        {
            return ConfigurationRefusal.Invalid;
        }

        if (!wanted.Equals(current) || (ReferenceEquals(change, ConfigurationChange.ToWriteDown) && !State.IsConfigurationInLog))
        {
            AppendConfiguration(wanted.Voters.SequenceEqual(current.Voters) ? wanted : wanted.JointlyWith(current));
        }

        return ConfigurationRefusal.None;
    }

    /// <summary>Whether a lease read may be served now without asking anyone (§6.4.1).</summary>
    public bool HoldsLease =>
        HasCommittedInTerm && !hasSentTimeoutNow
        && (IsOnlyVoter || (reads.LeaseStart is { } start && State.Now - start < State.Options.LeaseTime));

    public override int TicksUntilDue =>
        transfer is null && departing.Count == 0 && State.LocalReads.IsEmpty
            ? Math.Max(1, Math.Min(State.Options.HeartbeatTicks - ticksSinceHeartbeat, State.Options.ElectionTicks - ticksSinceQuorumCheck))
            : 1;

    public override void Tick()
    {
        if (++ticksSinceQuorumCheck >= State.Options.ElectionTicks)
        {
            ticksSinceQuorumCheck = 0;
            if (!CheckQuorum())
            {
                // §6.2: clients of a leader that is cut off must find another one.
                Changes.BecomeFollower(State.Term, NodeId.None);
                return;
            }
        }

        if (transfer is not null && ++transfer.Ticks >= State.Options.ElectionTicks)
        {
            // §3.10: the target did not make it in time; go on leading.
            transfer = null;
        }

        ReleaseDeparted();
        if (++ticksSinceHeartbeat >= State.Options.HeartbeatTicks)
        {
            BroadcastHeartbeat();
        }
    }

    public override void OnPersisted() => AdvanceCommitIndex();

    /// <summary>
    /// A member that was removed gets the log up to the entry that removed it, so that it knows (§4.2.2), but not for ever:
    /// it may be gone.
    /// </summary>
    private void ReleaseDeparted()
    {
        foreach (var id in departing.Keys.ToArray())
        {
            var progress = peers[id];
            var knows = State.IsConfigurationCommitted && progress.CommitSent >= State.Configurations.LatestIndex;
            departing[id] += State.IsConfigurationCommitted ? 1 : 0;
            if (knows || departing[id] > 2 * State.Options.ElectionTicks)
            {
                departing.Remove(id);
                peers.Remove(id);
            }
        }
    }

    public override void OnFlush()
    {
        // Two rounds at once keep the pipe full; reads that arrive meanwhile share the next one.
        if (reads.HasWaiting && HasCommittedInTerm && reads.RoundsUnderWay < 2)
        {
            BroadcastHeartbeat();
        }

        foreach (var (id, progress) in peers)
        {
            SendEntries(id, progress);
            SendCommitNotice(id, progress);
        }
    }

    public override void OnReadRequested(long readId) => reads.Add(new ReadRequester(NodeId.None, readId));

    public override void OnPeerUnreachable(NodeId peer)
    {
        if (peers.TryGetValue(peer, out var progress) && progress.State == ReplicationState.Replicate)
        {
            // Some of what is on its way may be lost.
            progress.BecomeProbe();
        }
    }

    public void OnSnapshotSent(NodeId peer, LogIndex lastIndex)
    {
        if (peers.TryGetValue(peer, out var progress) && progress.State == ReplicationState.Snapshot)
        {
            progress.OnSnapshotInstalled(lastIndex);
            AdvanceCommitIndex();
        }
    }

    public void OnSnapshotFailed(NodeId peer)
    {
        if (peers.TryGetValue(peer, out var progress) && progress.State == ReplicationState.Snapshot)
        {
            progress.BecomeProbe();
        }
    }

    public override void On(NodeId from, PreVoteResponse message) => State.Ignore("the pre-vote is over");

    public override void On(NodeId from, VoteResponse message) => State.Ignore("the election is over");

    public override void On(NodeId from, AppendEntriesRequest message) => FailOnSecondLeader(from);

    public override void On(NodeId from, HeartbeatRequest message) => FailOnSecondLeader(from);

    public override void On(NodeId from, InstallSnapshotRequest message) => FailOnSecondLeader(from);

    public override void On(NodeId from, CommitNotice message) => FailOnSecondLeader(from);

    public override void On(NodeId from, AppendEntriesAccepted message)
    {
        if (!TryHearFrom(from, out var progress))
        {
            return;
        }

        Invariant.Check(message.MatchIndex <= State.Log.LastIndex, "a follower matches only entries that its leader has");
        if (progress.State == ReplicationState.Snapshot)
        {
            State.Ignore("the follower gets a snapshot");
            return;
        }

        if (progress.OnAccepted(message.MatchIndex))
        {
            AdvanceCommitIndex();
        }

        SendTimeoutNowIfCaughtUp(progress);
    }

    public override void On(NodeId from, AppendEntriesRejected message)
    {
        if (TryHearFrom(from, out var progress) && !progress.OnRejected(message.RejectedPrevious, NextToTry(message.Hint)))
        {
            State.Ignore("a refusal that was overtaken");
        }
    }

    public override void On(NodeId from, HeartbeatResponse message)
    {
        if (!TryHearFrom(from, out var progress))
        {
            return;
        }

        progress.CanPersist = message.CanPersist;
        progress.AppliedIndex = LogIndex.Max(progress.AppliedIndex, message.AppliedIndex);
        progress.StateHash = message.StateHash;
        progress.OnHeartbeatAnswered();
        Invariant.Check(message.Round <= reads.Round, "nobody answers a round that was not begun");
        reads.OnAnswer(from, message.Round);
        ReleaseConfirmedReads();
        if (progress.State == ReplicationState.Replicate && progress.MatchIndex < State.Log.LastIndex
            && (progress.IsPaused || progress.NextIndex > State.Log.LastIndex))
        {
            // All that may be sent is, and not all is acknowledged: if the last messages were lost, this finds out.
            AskWhetherAllArrived(from, progress);
        }
    }

    public override void On(NodeId from, ReadIndexRequest message)
    {
        if (TryHearFrom(from, out _))
        {
            reads.Add(new ReadRequester(from, message.ReadId));
        }
    }

    private void Append(LogEntry[] entries)
    {
        if (State.Append(new EntryBatch(entries)))
        {
            OnConfigurationChanged();
        }
    }

    private void AppendConfiguration(ClusterConfiguration configuration) =>
        Append([new LogEntry(State.Log.LastIndex.Next(), State.Term, EntryKind.Configuration, ClusterConfigurationCodec.Encode(configuration))]);

    private void OnConfigurationChanged()
    {
        AddPeers();
        foreach (var id in peers.Keys)
        {
            if (State.Configuration.Find(id) is null)
            {
                departing.TryAdd(id, 0);
            }
            else
            {
                departing.Remove(id);
            }
        }

        // §3.10: only a voter can lead.
        if (transfer is not null && !State.Configuration.IsVoter(transfer.Target))
        {
            transfer = null;
        }
    }

    private void AddPeers()
    {
        foreach (var member in State.Configuration.Members)
        {
            if (member.Id != State.Self)
            {
                peers.TryAdd(member.Id, new PeerProgress(State.Log.LastIndex.Next(), State.Options));
            }
        }
    }

    private ProposalRefusal? RefusalOf(Proposal proposal, long bytesBefore)
    {
        if (!State.CanPersist)
        {
            return ProposalRefusal.DiskFull;
        }

        if (transfer is not null)
        {
            return ProposalRefusal.Stopping;
        }

        // One proposal always fits, however large.
        var size = proposal.Payload.Length + EntryBatchCodec.EntryOverhead;
        var waiting = State.Log.UnappliedBytes + bytesBefore;
        var tooMuch = waiting > 0 && waiting + size > State.Options.MaxUncommittedBytes;
        return tooMuch ? ProposalRefusal.Busy : null;
    }

    private void BroadcastHeartbeat()
    {
        ticksSinceHeartbeat = 0;

        // Before an entry of this term is committed the commit index may be too low for reads: they wait (§6.4, step 1).
        var round = HasCommittedInTerm || !reads.HasWaiting ? reads.BeginRound(State.Log.CommitIndex, State.Now) : reads.Round;
        foreach (var (id, progress) in peers)
        {
            var commit = LogIndex.Min(State.Log.CommitIndex, progress.MatchIndex);
            progress.CommitSent = LogIndex.Max(progress.CommitSent, commit);
            State.Send(id, new HeartbeatRequest(State.Term, commit, round, State.StateHashes.Latest));
        }

        ReleaseConfirmedReads();
    }

    private void ReleaseConfirmedReads()
    {
        foreach (var (requester, readIndex) in reads.TakeConfirmed(State.Configuration))
        {
            if (!requester.From.IsNone)
            {
                State.Send(requester.From, new ReadIndexResponse(State.Term, requester.ReadId, readIndex, Confirmed: true));
            }
            else if (State.LocalReads.Remove(requester.ReadId))
            {
                State.Confirm(new ConfirmedRead(requester.ReadId, readIndex));
            }
        }
    }

    private void SendEntries(NodeId id, PeerProgress progress)
    {
        var log = State.Log;
        while (!progress.IsPaused)
        {
            if (progress.NextIndex <= log.Start.Index)
            {
                // What it needs was trimmed.
                progress.BecomeSnapshot();
                State.NeedSnapshot(id);
                return;
            }

            if (progress.NextIndex > log.LastIndex)
            {
                // Nothing new; only a probe goes out empty, to find where the logs match.
                if (progress.State == ReplicationState.Probe && progress.MatchIndex < log.LastIndex)
                {
                    SendAppend(id, progress, EntryBatch.Empty);
                }

                return;
            }

            SendAppend(id, progress, log.Slice(progress.NextIndex, log.LastIndex, State.Options.MaxAppendBytes));
        }
    }

    private void SendAppend(NodeId id, PeerProgress progress, EntryBatch entries)
    {
        var log = State.Log;
        var previousIndex = progress.NextIndex.Previous();
        var previousTerm = log.TermAt(previousIndex);
        Invariant.Check(previousTerm is not null, "the entry before what is sent is known");
        State.Send(id, new AppendEntriesRequest(State.Term, new EntryId(previousIndex, previousTerm.Value), entries, log.CommitIndex));
        var last = entries.IsEmpty ? previousIndex : entries.Last.Index;
        progress.CommitSent = LogIndex.Max(progress.CommitSent, LogIndex.Min(log.CommitIndex, last));
        if (!entries.IsEmpty || progress.State == ReplicationState.Probe)
        {
            progress.OnSent(last, entries.IsEmpty ? 0 : entries.Encoded.Length);
        }
    }

    private void AskWhetherAllArrived(NodeId id, PeerProgress progress)
    {
        if (progress.NextIndex.Previous() < State.Log.Start.Index)
        {
            // What would have to be asked about was trimmed.
            progress.BecomeProbe();
            return;
        }

        SendAppend(id, progress, EntryBatch.Empty);
    }

    private void SendCommitNotice(NodeId id, PeerProgress progress)
    {
        var commit = LogIndex.Min(State.Log.CommitIndex, progress.MatchIndex);
        if (commit > progress.CommitSent)
        {
            progress.CommitSent = commit;
            State.Send(id, new CommitNotice(State.Term, commit));
        }
    }

    private void AdvanceCommitIndex()
    {
        var log = State.Log;
        var reached = new LogIndex(Majority.ReachedBy(State.Configuration, MatchIndexOf));

        // §3.6.2, figure 3.7: entries of earlier terms are committed only along with one of this term.
        if (reached <= log.CommitIndex || log.TermAt(reached) != State.Term)
        {
            return;
        }

        log.CommitTo(reached);
        State.HearOfCommit(reached);
        if (State.IsConfigurationCommitted)
        {
            OnConfigurationCommitted();
        }
    }

    private void OnConfigurationCommitted()
    {
        if (State.Configuration.IsJoint)
        {
            // §4.3: both majorities have the joint configuration, so the new one alone can take over.
            AppendConfiguration(State.Configuration.WithoutOutgoing());
        }
        else if (!State.Configuration.IsVoter(State.Self))
        {
            StepDownAsNoVoter();
        }
    }

    // §4.2.2: a leader that is not in the new configuration leads until that is committed, so that it is known to be. It
    // lets the others know, and asks the one that is furthest to stand at once: under load nobody is ever at the end of the
    // log, but whoever is furthest has all that is committed, and most likely all that was sent.
    private void StepDownAsNoVoter()
    {
        foreach (var (id, progress) in peers)
        {
            SendCommitNotice(id, progress);
        }

        if (BestSuccessor() is { } successor)
        {
            State.Send(successor, new TimeoutNow(State.Term));
        }

        Changes.BecomeFollower(State.Term, NodeId.None);
    }

    private long MatchIndexOf(NodeId id) =>
        id == State.Self ? State.Log.DurableIndex.Value : peers.TryGetValue(id, out var progress) ? progress.MatchIndex.Value : 0;

    /// <summary>
    /// The next index to try, given the last entry that the follower may share: the last of this log's entries that may
    /// be the same. An index at or below the start of the log means that a snapshot is needed.
    /// </summary>
    private LogIndex NextToTry(EntryId hint)
    {
        var start = State.Log.Start;
        if (hint.Index < start.Index)
        {
            return hint.Index.Next();
        }

        var candidate = State.Log.LastEntryNotAbove(hint.Index, hint.Term);
        return candidate == start && start.Term > hint.Term ? start.Index : candidate.Index.Next();
    }

    private bool TryHearFrom(NodeId from, out PeerProgress progress)
    {
        if (!peers.TryGetValue(from, out progress!))
        {
            State.Ignore("not a member");
            return false;
        }

        progress.IsActive = true;
        return true;
    }

    private bool CheckQuorum()
    {
        var result = Majority.Count(State.Configuration, id => id == State.Self || (peers.TryGetValue(id, out var progress) && progress.IsActive));
        foreach (var progress in peers.Values)
        {
            progress.IsActive = false;
        }

        return result == VoteResult.Won;
    }

    private NodeId? BestSuccessor()
    {
        if (!State.CanPersist && !OthersCanElect())
        {
            // This server could not put its vote on disk, and without it nobody would win: then it is better to lead on.
            return null;
        }

        NodeId? best = null;
        foreach (var (id, progress) in peers)
        {
            if (State.Configuration.IsVoter(id) && progress is { IsActive: true, CanPersist: true, State: not ReplicationState.Snapshot }
                && (best is null || progress.MatchIndex > peers[best.Value].MatchIndex))
            {
                best = id;
            }
        }

        return best;
    }

    private bool OthersCanElect() =>
        Majority.Count(State.Configuration, id =>
            id != State.Self && peers.TryGetValue(id, out var progress) && progress is { IsActive: true, CanPersist: true }) == VoteResult.Won;

    private void SendTimeoutNowIfCaughtUp(PeerProgress progress)
    {
        if (transfer is { Sent: false } && ReferenceEquals(peers[transfer.Target], progress) && progress.MatchIndex == State.Log.LastIndex)
        {
            transfer.Sent = true;
            hasSentTimeoutNow = true;
            State.Send(transfer.Target, new TimeoutNow(State.Term));
        }
    }

    private static void FailOnSecondLeader(NodeId from) =>
        Invariant.Fail("a term has at most one leader (Election Safety, §3.6)", $"{from} claims to lead this server's term");

    private sealed class LeadershipTransfer(NodeId target)
    {
        public NodeId Target { get; } = target;

        public bool Sent { get; set; }

        public int Ticks { get; set; }
    }
}
