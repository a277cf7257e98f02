namespace Keva.Raft.Messages;

/// <summary>
/// What one server says to another about one group. Immutable. <see cref="Term"/> is the sender's term, except in the
/// two pre-vote messages, which say so.
/// </summary>
public abstract record RaftMessage(Term Term);
