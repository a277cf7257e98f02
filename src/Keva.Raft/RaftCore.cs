using Keva.Raft.Driver;
using Keva.Raft.Log;
using Keva.Raft.Membership;
using Keva.Raft.Messages;
using Keva.Raft.Progress;
using Keva.Raft.Roles;

namespace Keva.Raft;

/// <summary>
/// One server of one Raft group as a function of its inputs: no clock, no disk, no network. Feed it with
/// <see cref="Tick"/>, <see cref="Step"/> and the other inputs, then do what <see cref="TakeReady"/> says.
/// <see cref="Driver.RaftDriver"/> does that in the right order.
/// </summary>
public sealed class RaftCore : IRoleChanges
{
    private readonly RaftState state;
    private Role role;

    /// <param name="options">Tunables.</param>
    /// <param name="self">This server.</param>
    /// <param name="hardState">Term and vote as recovered.</param>
    /// <param name="log">The log as recovered.</param>
    /// <param name="configuration">The configuration as of the start of the recovered log; later ones are in it.</param>
    /// <param name="random">Where election time-outs come from.</param>
    public RaftCore(RaftOptions options, NodeId self, HardState hardState, RaftLog log, ClusterConfiguration configuration, Random random)
    {
        Invariant.Check(!self.IsNone, "a server has an id");
        Invariant.Check(log.LastEntry.Term <= hardState.Term, "no entry is of a later term than its server's");
        state = new RaftState(options, self, hardState, log, configuration, random);
        role = new FollowerRole(state, this);
    }

    public NodeId Self => state.Self;

    public Term Term => state.Term;

    public HardState HardState => state.HardState;

    public NodeId Leader => state.Leader;

    public RoleKind Role => role.Kind;

    public RaftLog Log => state.Log;

    /// <summary>The latest configuration in the log, committed or not: the one in force (§4.1).</summary>
    public ClusterConfiguration Configuration => state.Configuration;

    /// <summary>Whether that one came with an entry of the log; the one that the cluster began with did not.</summary>
    public bool IsConfigurationInLog => state.IsConfigurationInLog;

    /// <summary>Whether it is committed.</summary>
    public bool IsConfigurationCommitted => state.IsConfigurationCommitted;

    /// <summary>The entry of the latest configuration, or the start of the log if it was in force there.</summary>
    public EntryId ConfigurationEntry
    {
        get
        {
            // The history remembers what has been trimmed from the log.
            var (latest, start) = (state.Configurations.LatestIndex, state.Log.Start);
            return latest <= start.Index ? start : state.Log[latest].Id;
        }
    }

    /// <summary>The highest index that the state machine said it has applied.</summary>
    public LogIndex ReportedApplied => state.ReportedApplied;

    /// <summary>The state machine's latest hash mark.</summary>
    public StateHashMark LatestStateHash => state.StateHashes.Latest;

    /// <summary>
    /// The highest commit index that a leader named since this server started, itself included; zero as long as none did.
    /// Whoever has applied that far has caught up with what was committed then.
    /// </summary>
    public LogIndex LeaderCommitIndex => state.LeaderCommitIndex;

    /// <summary>Messages that were dropped because they were late or of no interest to the role.</summary>
    public long IgnoredMessages => state.IgnoredMessages;

    Role IRoleChanges.Current => role;

    /// <summary>What the leader knows of each follower; empty on other servers.</summary>
    public IEnumerable<FollowerStatus> Followers =>
        role is LeaderRole leader
            ? leader.Peers.Select(peer => new FollowerStatus(
                peer.Key, peer.Value.State, peer.Value.MatchIndex, peer.Value.NextIndex, peer.Value.AppliedIndex, peer.Value.StateHash, peer.Value.CanPersist, peer.Value.IsActive))
            : [];

    /// <summary>The time of the inputs that follow; never goes back. Only leases depend on it.</summary>
    public void SetNow(TimeSpan now) => state.Now = now > state.Now ? now : state.Now;

    /// <summary>
    /// The tick, counted from now, that is the first to do more than to count, unless there is other input before it; 1 is
    /// the next one. So nobody need be woken for the ticks before; but they are to be made up for before any other input.
    /// </summary>
    public int TicksUntilDue => role.TicksUntilDue;

    public void Tick()
    {
        state.Tick();
        role.Tick();
    }

    /// <summary>Stands for election now, whatever the time-out; for a cluster that was just formed.</summary>
    public void Campaign()
    {
        if (role is FollowerRole && state.Leader.IsNone && state.MayStand)
        {
            BecomePreCandidate();
        }
    }

    /// <summary>A message from another server. Terms are settled here (§3.3), then the role has its say.</summary>
    public void Step(NodeId from, RaftMessage message)
    {
        if (message is VoteRequest { LeadershipTransfer: false } && message.Term >= state.Term && role.HearsFromLeader)
        {
            // §4.2.3: a server that was away must not depose a leader that works.
            state.Ignore("a leader is at work");
            return;
        }

        if (message.Term > state.Term && !SettleLaterTerm(from, message))
        {
            return;
        }

        if (message.Term < state.Term)
        {
            AnswerEarlierTerm(from, message);
            return;
        }

        Dispatch(from, message);
    }

    /// <summary>
    /// Puts proposals into the log if this server leads; those not taken go to <paramref name="refused"/> with the reason.
    /// </summary>
    public void Propose(IReadOnlyList<Proposal> proposals, List<(ProposalId Id, ProposalRefusal Reason)> refused)
    {
        if (role is LeaderRole leader)
        {
            leader.Propose(proposals, refused);
            return;
        }

        refused.AddRange(proposals.Select(proposal => (proposal.Id, ProposalRefusal.NotLeader)));
    }

    /// <summary>
    /// Asks for a read index (§6.4). The answer is a <see cref="ConfirmedRead"/> with the same id, or none within
    /// <see cref="RaftOptions.ReadTimeoutTicks"/>. The id is not negative and not used before by this process.
    /// <paramref name="lease"/> allows a leader to trust its clock (§6.4.1).
    /// </summary>
    public void RequestRead(long readId, bool lease)
    {
        Invariant.Check(readId >= 0, "a read's id is not negative");
        if (lease && role is LeaderRole { HoldsLease: true })
        {
            state.Confirm(new ConfirmedRead(readId, state.Log.CommitIndex));
            return;
        }

        state.LocalReads.Add(readId);
        role.OnReadRequested(readId);
    }

    /// <summary>
    /// The journal made its writes up to <paramref name="sequence"/> durable, and with them <paramref name="durable"/>.
    /// </summary>
    public void OnPersisted(long sequence, HardState durable)
    {
        state.DurableHardState = durable;
        state.Log.OnPersisted(sequence);
        role.OnPersisted();
    }

    /// <summary>Says whether the disk takes writes. A leader whose disk does not tries to hand leadership over.</summary>
    public void SetCanPersist(bool canPersist) => state.CanPersist = canPersist;

    /// <summary>The state machine has applied up to <paramref name="index"/>.</summary>
    public void OnApplied(LogIndex index, StateHashMark latest)
    {
        state.ReportedApplied = LogIndex.Max(state.ReportedApplied, index);
        state.StateHashes.Add(latest);
    }

    /// <summary>Messages to <paramref name="peer"/> may have been lost.</summary>
    public void OnPeerUnreachable(NodeId peer) => role.OnPeerUnreachable(peer);

    /// <summary>Hands leadership to <paramref name="target"/>, or to whoever is furthest (§3.10). False if not possible.</summary>
    public bool TransferLeadership(NodeId? target) => role is LeaderRole leader && leader.BeginTransfer(target);

    /// <summary>
    /// Begins a change of the configuration if this server leads and no other change is under way. It is complete when
    /// <see cref="Configuration"/> is the wanted one and <see cref="IsConfigurationCommitted"/>; a leader that is not in it
    /// leads no more from then on.
    /// </summary>
    public ConfigurationRefusal ChangeConfiguration(ConfigurationChange change, out string problem)
    {
        problem = "";
        return role is LeaderRole leader ? leader.ChangeConfiguration(change, out problem) : ConfigurationRefusal.NotLeader;
    }

    /// <summary>The log behind <paramref name="index"/> is in a checkpoint and goes; what configuration held there is returned.</summary>
    public ClusterConfiguration TrimTo(LogIndex index)
    {
        state.Log.TrimTo(index);
        state.Configurations.TrimTo(index);
        return state.Configurations.AsOf(index);
    }

    /// <summary>From now until <see cref="FinishSnapshotInstall"/> nothing is appended and no election is started.</summary>
    public void BeginSnapshotInstall() => state.IsInstallingSnapshot = true;

    /// <summary>The snapshot is in place (or, with null, was given up): the log begins behind it.</summary>
    public void FinishSnapshotInstall(LogReset? installed)
    {
        Invariant.Check(state.IsInstallingSnapshot, "what is finished was begun");
        state.IsInstallingSnapshot = false;
        if (installed is not null)
        {
            state.Log.ResetTo(installed.Snapshot);
            state.Configurations.ResetTo(installed.Snapshot.Index, installed.Configuration);
            state.ReportedApplied = installed.Snapshot.Index;
        }
    }

    /// <summary>The follower has installed the snapshot that this leader sent.</summary>
    public void OnSnapshotSent(NodeId peer, LogIndex lastIndex) => (role as LeaderRole)?.OnSnapshotSent(peer, lastIndex);

    /// <summary>Sending a snapshot was given up; replication to the follower is tried again from where it stands.</summary>
    public void OnSnapshotFailed(NodeId peer) => (role as LeaderRole)?.OnSnapshotFailed(peer);

    /// <summary>Takes the outputs since the last call.</summary>
    /// <param name="maxCommittedBytes">About how many bytes of committed entries to hand out; zero for none.</param>
    public Ready TakeReady(long maxCommittedBytes)
    {
        role.OnFlush();
        var mayApply = maxCommittedBytes > 0 && !state.IsInstallingSnapshot;
        return state.TakeReady(mayApply ? state.Log.TakeCommitted(maxCommittedBytes, durableOnly: state.CanPersist) : null);
    }

    void IRoleChanges.BecomeFollower(Term term, NodeId leader) => BecomeFollower(term, leader);

    void IRoleChanges.BecomePreCandidate() => BecomePreCandidate();

    void IRoleChanges.BecomeCandidate(bool leadershipTransfer)
    {
        state.EnterTerm(state.Term.Next());
        state.VoteFor(state.Self);
        state.Leader = NodeId.None;
        var candidate = new CandidateRole(state, this);
        role = candidate;
        candidate.Begin(leadershipTransfer);
    }

    void IRoleChanges.BecomeLeader()
    {
        Invariant.Check(role is CandidateRole, "only a candidate becomes leader");
        state.Leader = state.Self;
        role = new LeaderRole(state, this);
    }

    private void BecomePreCandidate()
    {
        state.Leader = NodeId.None;
        var candidate = new PreCandidateRole(state, this);
        role = candidate;
        candidate.Begin();
    }

    private void BecomeFollower(Term term, NodeId leader)
    {
        Invariant.Check(term >= state.Term, "terms only grow");
        if (term > state.Term)
        {
            state.EnterTerm(term);
        }

        state.Leader = leader;
        role = new FollowerRole(state, this);
    }

    /// <summary>False if the message is to be dropped.</summary>
    private bool SettleLaterTerm(NodeId from, RaftMessage message)
    {
        switch (message)
        {
            case PreVoteRequest:
            case PreVoteResponse { Granted: true }:
                // These speak of a term that nobody has entered.
                Dispatch(from, message);
                return false;
            case AppendEntriesRequest or HeartbeatRequest or InstallSnapshotRequest or CommitNotice:
                BecomeFollower(message.Term, from);
                return true;
            default:
                BecomeFollower(message.Term, NodeId.None);
                return true;
        }
    }

    private void AnswerEarlierTerm(NodeId from, RaftMessage message)
    {
        switch (message)
        {
            case PreVoteRequest:
                state.Send(from, new PreVoteResponse(state.Term, Granted: false));
                break;
            case VoteRequest:
                state.Send(from, new VoteResponse(state.Term, Granted: false));
                break;
            case AppendEntriesRequest or HeartbeatRequest or InstallSnapshotRequest:
                // Any answer will do: its term tells the sender that it leads no more (§3.3).
                state.Send(from, new HeartbeatResponse(state.Term, 0, state.ReportedApplied, state.StateHashes.Latest, state.CanPersist));
                break;
            case ReadIndexRequest read:
                state.Send(from, new ReadIndexResponse(state.Term, read.ReadId, LogIndex.Zero, Confirmed: false));
                break;
            default:
                state.Ignore("of an earlier term");
                break;
        }
    }

    private void Dispatch(NodeId from, RaftMessage message)
    {
        switch (message)
        {
            case AppendEntriesRequest request:
                role.On(from, request);
                break;
            case AppendEntriesAccepted response:
                role.On(from, response);
                break;
            case AppendEntriesRejected response:
                role.On(from, response);
                break;
            case HeartbeatRequest request:
                role.On(from, request);
                break;
            case HeartbeatResponse response:
                role.On(from, response);
                break;
            case CommitNotice notice:
                role.On(from, notice);
                break;
            case ReadIndexRequest request:
                role.On(from, request);
                break;
            case ReadIndexResponse response:
                role.On(from, response);
                break;
            case InstallSnapshotRequest request:
                role.On(from, request);
                break;
            case PreVoteRequest request:
                role.On(from, request);
                break;
            case PreVoteResponse response:
                role.On(from, response);
                break;
            case VoteRequest request:
                role.On(from, request);
                break;
            case VoteResponse response:
                role.On(from, response);
                break;
            case TimeoutNow request:
                role.On(from, request);
                break;
            case InstallSnapshotResponse or ForwardProposals or ForwardRefused or ForwardChange or ForwardChangeAnswer or ForwardTransfer
                or MembershipEnded:
                // Their terms matter here; what they say is the driver's business.
                break;
            default:
                Invariant.Fail("every message has a handler", message.GetType().Name);
                break;
        }
    }
}

/// <summary>What a leader knows of a follower.</summary>
public sealed record FollowerStatus(
    NodeId Id,
    ReplicationState State,
    LogIndex MatchIndex,
    LogIndex NextIndex,
    LogIndex AppliedIndex,
    StateHashMark StateHash,
    bool CanPersist,
    bool IsActive);
