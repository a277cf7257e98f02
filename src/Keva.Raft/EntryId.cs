namespace Keva.Raft;

/// <summary>
/// Index and term of an entry. By the Log Matching Property (§3.5) two logs that hold the same id hold the same
/// entry there, and the same entries before it.
/// </summary>
public readonly record struct EntryId(LogIndex Index, Term Term)
{
    public static readonly EntryId Zero = new(LogIndex.Zero, Term.Zero);

    /// <summary>§3.6.1: the log with the later last term is more up to date; at equal terms, the longer one.</summary>
    public bool IsAtLeastAsUpToDateAs(EntryId other) =>
        Term > other.Term || (Term == other.Term && Index >= other.Index);

    public override string ToString() => $"{Index}@{Term}";
}
