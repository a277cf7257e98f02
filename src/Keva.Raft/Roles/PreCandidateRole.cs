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
