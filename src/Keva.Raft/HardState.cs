namespace Keva.Raft;

/// <summary>
/// What a server must have on disk before it answers a remote procedure call (§3.4, figure 3.1): its term and whom it
/// voted for in that term. <see cref="NodeId.None"/> when it has not voted.
/// </summary>
public readonly record struct HardState(Term Term, NodeId VotedFor)
{
    public static readonly HardState Initial = new(Term.Zero, NodeId.None);
}
