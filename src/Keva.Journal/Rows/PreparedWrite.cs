using Keva.Raft;

namespace Keva.Journal.Rows;

/// <summary>A write or a trim as rows, numbered and ready to be inserted, as often as it takes.</summary>
/// <param name="Group">Whose it is.</param>
/// <param name="Sequence">What the completion repeats; null for a trim, which has none.</param>
/// <param name="Rows">Its rows in order; empty for a write that changes nothing.</param>
internal sealed record PreparedWrite(GroupId Group, long? Sequence, JournalRow[] Rows)
{
    public long PayloadBytes { get; } = Rows.Sum(row => (long)row.Payload.Length);
}

/// <summary>Rows of one group that can go: from <paramref name="FirstRow"/> up to, not including, <paramref name="EndRow"/>.</summary>
internal readonly record struct RowDeletion(GroupId Group, long FirstRow, long EndRow);
