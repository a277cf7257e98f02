using Keva.Raft.Messages;
using Keva.Raft.Quorum;

namespace Keva.Raft.Roles;

/// <summary>What the two kinds of candidate share: they count votes, and give way to a leader of their term.</summary>
internal abstract class StandingRole : Role
{
    private readonly int electionTimeout;
    private int ticks;

    protected StandingRole(RaftState state, IRoleChanges changes)
        : base(state, changes)
    {
        electionTimeout = state.DrawElectionTimeout();
        Tally = new VoteTally(state.Configuration);
    }

    protected VoteTally Tally { get; }

    public override void Tick()
    {
        if (++ticks < electionTimeout)
        {
            return;
        }

        // Nobody won. Asking again first (§9.6) keeps a server that cannot win from raising its term for ever.
        if (State.MayStand)
        {
            Changes.BecomePreCandidate();
        }
        else
        {
            Changes.BecomeFollower(State.Term, NodeId.None);
        }
    }

    public override void On(NodeId from, AppendEntriesRequest message) => Follow(from).On(from, message);

    public override void On(NodeId from, HeartbeatRequest message) => Follow(from).On(from, message);

    public override void On(NodeId from, InstallSnapshotRequest message) => Follow(from).On(from, message);

    protected void AskVoters(RaftMessage request)
    {
        foreach (var member in State.Configuration.Members)
        {
            if (member.Id != State.Self && State.Configuration.IsVoter(member.Id))
            {
                State.Send(member.Id, request);
            }
        }
    }

    /// <summary>What winning means; losing is giving up until the next time-out.</summary>
    protected abstract void Win();

    protected void Decide()
    {
        switch (Tally.Result)
        {
            case VoteResult.Won:
                Win();
                break;
            case VoteResult.Lost:
                Changes.BecomeFollower(State.Term, NodeId.None);
                break;
        }
    }

    // §3.4: a message from a leader of this term ends the candidacy. The messages that come here are a leader's.
    private Role Follow(NodeId leader)
    {
        Changes.BecomeFollower(State.Term, leader);
        return Changes.Current;
    }
}
