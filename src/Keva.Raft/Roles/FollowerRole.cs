using Keva.Raft.Messages;

namespace Keva.Raft.Roles;

/// <summary>Takes entries from the leader, and stands for election when it no longer hears from one (§3.4).</summary>
internal sealed class FollowerRole : Role
{
    private readonly int electionTimeout;
    private int ticksSinceContact;
    private int ticksSinceReadsAsked;

    public FollowerRole(RaftState state, IRoleChanges changes)
        : base(state, changes)
    {
        electionTimeout = state.DrawElectionTimeout();
        AskForReads();
    }

    public override RoleKind Kind => RoleKind.Follower;

    // Reads that wait are asked about again.
    public override int TicksUntilDue => State.LocalReads.IsEmpty ? Math.Max(1, electionTimeout - ticksSinceContact) : 1;

    public override void Tick()
    {
        ticksSinceContact++;
        if (++ticksSinceReadsAsked >= State.Options.HeartbeatTicks)
        {
            // A request or its answer may have been lost.
            AskForReads();
        }

        if (ticksSinceContact < electionTimeout)
        {
            return;
        }

        if (State.MayStand && !State.IsInstallingSnapshot)
        {
            Changes.BecomePreCandidate();
        }
        else
        {
            // It cannot stand, but its clients need not wait for one who is gone.
            State.Leader = NodeId.None;
        }
    }

    public override void OnReadRequested(long readId)
    {
        if (!State.Leader.IsNone)
        {
            State.Send(State.Leader, new ReadIndexRequest(State.Term, State.ToWireReadId(readId)));
        }
    }

    public override void On(NodeId from, PreVoteResponse message) => State.Ignore("the pre-vote is over");

    public override void On(NodeId from, VoteRequest message)
    {
        // §3.4, §3.6.1. A server that follows a leader in this term has no vote left that could matter.
        var votedFor = State.HardState.VotedFor;
        var granted = (votedFor == from || (votedFor.IsNone && State.Leader.IsNone))
            && message.LastEntry.IsAtLeastAsUpToDateAs(State.Log.LastEntry);
        if (granted)
        {
            State.VoteFor(from);
            ticksSinceContact = 0;
        }

        State.Send(from, new VoteResponse(State.Term, granted));
    }

    public override void On(NodeId from, VoteResponse message) => State.Ignore("the election is over");

    public override void On(NodeId from, AppendEntriesRequest message)
    {
        HearFrom(from);
        State.HearOfCommit(message.CommitIndex);
        var log = State.Log;
        if (State.IsInstallingSnapshot || (!State.CanPersist && !message.Entries.IsEmpty && log.PendingBytes > State.Options.MaxUnappliedBytes))
        {
            State.Ignore("entries cannot be kept now; the leader will send them again");
            return;
        }

        if (message.Previous.Index < log.CommitIndex)
        {
            // Committed entries are equal everywhere: nothing here can be news before the commit index.
            State.Send(from, new AppendEntriesAccepted(State.Term, log.CommitIndex), Durability.Log);
            return;
        }

        if (!log.Contains(message.Previous))
        {
            var hint = log.LastEntryNotAbove(message.Previous.Index, message.Previous.Term);
            State.Send(from, new AppendEntriesRejected(State.Term, message.Previous.Index, hint, log.LastIndex));
            return;
        }

        var match = message.Previous.Index;
        if (!message.Entries.IsEmpty)
        {
            State.Append(message.Entries);
            match = message.Entries.Last.Index;
        }

        // Figure 3.1, step 5: no further than the last entry that is known to equal the leader's.
        log.CommitTo(LogIndex.Min(message.CommitIndex, match));
        State.Send(from, new AppendEntriesAccepted(State.Term, match), Durability.Log);
    }

    public override void On(NodeId from, CommitNotice message)
    {
        HearFrom(from);
        CommitAsToldBy(message.CommitIndex);
    }

    public override void On(NodeId from, HeartbeatRequest message)
    {
        HearFrom(from);
        CommitAsToldBy(message.CommitIndex);
        Invariant.Check(
            State.StateHashes.AgreesWith(message.StateHash),
            $"this server's state equals the leader's at index {message.StateHash.Index}");
        State.Send(from, new HeartbeatResponse(State.Term, message.Round, State.ReportedApplied, State.StateHashes.Latest, State.CanPersist));
    }

    public override void On(NodeId from, InstallSnapshotRequest message)
    {
        HearFrom(from);
        State.Receive(new IncomingSnapshotChunk(from, message));
    }

    public override void On(NodeId from, ReadIndexResponse message)
    {
        var readId = State.FromWireReadId(message.ReadId);
        if (message.Confirmed && State.LocalReads.Remove(readId))
        {
            State.Confirm(new ConfirmedRead(readId, message.ReadIndex));
        }
    }

    public override void On(NodeId from, TimeoutNow message)
    {
        if (State.MayStand && !State.IsInstallingSnapshot)
        {
            Changes.BecomeCandidate(leadershipTransfer: true);
        }
    }

    private void HearFrom(NodeId leader)
    {
        Invariant.Check(State.Leader.IsNone || State.Leader == leader, "a term has at most one leader (Election Safety, §3.6)");
        ticksSinceContact = 0;
        State.HearFromLeader();
        if (State.Leader.IsNone)
        {
            State.Leader = leader;
            AskForReads();
        }
    }

    // The leader never names an index beyond what it knows this log to share with its own.
    private void CommitAsToldBy(LogIndex commitIndex)
    {
        State.HearOfCommit(commitIndex);
        if (!State.IsInstallingSnapshot)
        {
            State.Log.CommitTo(commitIndex);
        }
    }

    private void AskForReads()
    {
        ticksSinceReadsAsked = 0;
        if (State.Leader.IsNone || State.LocalReads.IsEmpty)
        {
            return;
        }

        foreach (var readId in State.LocalReads.Ids)
        {
            State.Send(State.Leader, new ReadIndexRequest(State.Term, State.ToWireReadId(readId)));
        }
    }
}
