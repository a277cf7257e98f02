using Keva.Raft.Messages;

namespace Keva.Raft.Roles;

/// <summary>Asks whether it could win before it raises its term, so that a server which cannot does no harm (§9.6).</summary>
internal sealed class PreCandidateRole(RaftState state, IRoleChanges changes) : StandingRole(state, changes)
{
    public override RoleKind Kind => RoleKind.PreCandidate;

    public void Begin()
    {
        AskVoters(new PreVoteRequest(State.Term.Next(), State.Log.LastEntry));
        Tally.Record(State.Self, granted: true);
        Decide();
    }

    /// <summary>
    /// Two that ask at the same moment would encourage each other, vote each for itself, and lose a whole election
    /// time-out. So one of them gives way before it has raised its term: the one that is behind, or else the one with the
    /// lower id. It may vote for the other then; that it gives way can do no harm, as it may stop asking at any time.
    /// </summary>
    public override void On(NodeId from, PreVoteRequest message)
    {
        base.On(from, message);
        if (Encourages(message) && message.Term == State.Term.Next() && (message.LastEntry != State.Log.LastEntry || from.CompareTo(State.Self) > 0))
        {
            Changes.BecomeFollower(State.Term, NodeId.None);
        }
    }

    public override void On(NodeId from, PreVoteResponse message)
    {
        if (message.Granted && message.Term != State.Term.Next())
        {
            State.Ignore("an answer to an earlier question");
            return;
        }

        Tally.Record(from, message.Granted);
        Decide();
    }

    public override void On(NodeId from, VoteRequest message)
    {
        // Asking has cost this server nothing yet: it votes like a follower.
        Changes.BecomeFollower(State.Term, NodeId.None);
        Changes.Current.On(from, message);
    }

    public override void On(NodeId from, VoteResponse message) => State.Ignore("the election is over");

    protected override void Win() => Changes.BecomeCandidate(leadershipTransfer: false);
}
