using Keva.Raft.Messages;

namespace Keva.Raft.Roles;

/// <summary>Stands for election in a term of its own (§3.4).</summary>
internal sealed class CandidateRole(RaftState state, IRoleChanges changes) : StandingRole(state, changes)
{
    private bool ownVoteCounted;

    public override RoleKind Kind => RoleKind.Candidate;

    public void Begin(bool leadershipTransfer)
    {
        AskVoters(new VoteRequest(State.Term, State.Log.LastEntry, leadershipTransfer));
    }

    /// <summary>Its own vote counts like any other: once it is on disk.</summary>
    public override void OnPersisted()
    {
        if (!ownVoteCounted && State.DurableHardState == State.HardState)
        {
            ownVoteCounted = true;
            Tally.Record(State.Self, granted: true);
            Decide();
        }
    }

    public override void On(NodeId from, PreVoteResponse message) => State.Ignore("the pre-vote is over");

    public override void On(NodeId from, VoteResponse message)
    {
        Tally.Record(from, message.Granted);
        Decide();
    }

    protected override void Win() => Changes.BecomeLeader();
}
