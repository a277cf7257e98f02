using Keva.Raft.Messages;

namespace Keva.Raft.Roles;

/// <summary>What a server is to its group at the moment (figure 3.3).</summary>
public enum RoleKind
{
    Follower,
    PreCandidate,
    Candidate,
    Leader,
}

/// <summary>
/// The table of role × message: one method a message, and every role says what it does with each. Messages of an older
/// or newer term never get here; <see cref="RaftCore.Step"/> deals with them first, so <c>message.Term</c> is the current
/// term (for the pre-vote messages: the term asked about).
/// </summary>
internal abstract class Role(RaftState state, IRoleChanges changes)
{
    public abstract RoleKind Kind { get; }

    protected RaftState State { get; } = state;

    protected IRoleChanges Changes { get; } = changes;

    /// <summary>Whether this server is in touch with a leader, so that a candidate is refused (§4.2.3).</summary>
    public virtual bool HearsFromLeader => State.TicksSinceLeaderContact < State.Options.ElectionTicks;

    /// <summary>Time went on by one tick.</summary>
    public abstract void Tick();

    /// <summary>The tick, counted from now, that is the first to do more than to count; 1 is the next one.</summary>
    public virtual int TicksUntilDue => 1;

    /// <summary>The journal made something durable.</summary>
    public virtual void OnPersisted()
    {
    }

    /// <summary>The driver is about to take the outputs.</summary>
    public virtual void OnFlush()
    {
    }

    /// <summary>A read of a client of this server's wants a read index. It is in <see cref="RaftState.LocalReads"/>.</summary>
    public virtual void OnReadRequested(long readId)
    {
    }

    public virtual void OnPeerUnreachable(NodeId peer)
    {
    }

    public virtual void On(NodeId from, PreVoteRequest message)
    {
        var granted = Encourages(message);
        State.Send(from, new PreVoteResponse(granted ? message.Term : State.Term, granted));
    }

    public abstract void On(NodeId from, PreVoteResponse message);

    public virtual void On(NodeId from, VoteRequest message) => State.Send(from, new VoteResponse(State.Term, Granted: false));

    public abstract void On(NodeId from, VoteResponse message);

    public abstract void On(NodeId from, AppendEntriesRequest message);

    public abstract void On(NodeId from, HeartbeatRequest message);

    public abstract void On(NodeId from, InstallSnapshotRequest message);

    public virtual void On(NodeId from, CommitNotice message) => State.Ignore("only a follower learns from a commit notice");

    public virtual void On(NodeId from, AppendEntriesAccepted message) => State.Ignore("not the leader any more");

    public virtual void On(NodeId from, AppendEntriesRejected message) => State.Ignore("not the leader any more");

    public virtual void On(NodeId from, HeartbeatResponse message) => State.Ignore("not the leader any more");

    public virtual void On(NodeId from, ReadIndexRequest message) =>
        State.Send(from, new ReadIndexResponse(State.Term, message.ReadId, LogIndex.Zero, Confirmed: false));

    public virtual void On(NodeId from, ReadIndexResponse message) => State.Ignore("not a follower of the answering leader");

    public virtual void On(NodeId from, TimeoutNow message) => State.Ignore("only a follower is asked to stand");

    /// <summary>§9.6: a pre-vote is granted by whoever would vote for the sender and has not heard from a leader lately.</summary>
    protected bool Encourages(PreVoteRequest message) =>
        message.Term > State.Term && !HearsFromLeader && message.LastEntry.IsAtLeastAsUpToDateAs(State.Log.LastEntry);
}

/// <summary>How one role gives way to the next.</summary>
internal interface IRoleChanges
{
    /// <summary>Follows <paramref name="leader"/>, or nobody yet, in <paramref name="term"/>: the current one or a later.</summary>
    void BecomeFollower(Term term, NodeId leader);

    void BecomePreCandidate();

    void BecomeCandidate(bool leadershipTransfer);

    void BecomeLeader();

    /// <summary>The role after the latest change.</summary>
    Role Current { get; }
}
