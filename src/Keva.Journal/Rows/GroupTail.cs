using Keva.Raft;
using Keva.Raft.Membership;

namespace Keva.Journal.Rows;

/// <summary>
/// What follows from the rows of one group, without the entries themselves: enough to number the next row, to see that
/// it joins, and to know which rows a trim makes superfluous. The writer and the recovery both go through <see
/// cref="Apply"/>, so what one accepts the other can read.
/// </summary>
internal sealed class GroupTail(GroupId group)
{
    // Rows of entries that still contribute to the log. Rising in sequence and in first index: a row that overrides
    // takes all rows from its first index on out of this list.
    private readonly List<RowReference> contributing = [];
    private long firstSequence;
    private long firstNeededSequence = 1;

    private readonly record struct RowReference(long Number, long Sequence, long FirstIndex);

    public GroupId Group { get; } = group;

    public long LastSequence { get; private set; }

    public HardState HardState { get; private set; } = HardState.Initial;

    /// <summary>The entry before the log; null while a recovery has not come to the row that tells it.</summary>
    public EntryId? Start { get; private set; } = EntryId.Zero;

    public ClusterConfiguration? StartConfiguration { get; private set; }

    /// <summary>The last entry, or <see cref="Start"/> in an empty log; null while unknown.</summary>
    public EntryId? Last { get; private set; } = EntryId.Zero;

    /// <summary>The lowest row number that the group may still have in the file.</summary>
    public long FirstRow { get; private set; }

    /// <summary>The lowest row number that the group still needs, provided that <see cref="StartRow"/> is durable.</summary>
    public long FirstNeededRow { get; private set; }

    /// <summary>The row of the last trim or reset.</summary>
    public long StartRow { get; private set; }

    /// <summary>Null if the row continues the group; otherwise what is wrong with it, and this object is of no more use.</summary>
    public string? Apply(in JournalRow row)
    {
        if (LastSequence == 0)
        {
            Begin(row);
        }
        else if (row.Sequence != LastSequence + 1)
        {
            return $"it is number {row.Sequence} of group {Group} and follows number {LastSequence}; rows are missing";
        }

        var problem = row.Kind switch
        {
            JournalRowKind.Entries => ApplyEntries(row),
            JournalRowKind.HardState => ApplyHardState(row),
            JournalRowKind.Reset or JournalRowKind.Trim => ApplyStart(row),
            _ => $"its kind {(int)row.Kind} is unknown",
        };
        if (problem is null)
        {
            LastSequence = row.Sequence;
        }

        return problem;
    }

    /// <summary>Null if the rows from the first one on explain the whole log; otherwise what is missing.</summary>
    public string? CheckComplete() =>
        Start is null || firstNeededSequence < firstSequence
            ? $"the first {firstSequence - 1} rows of group {Group} are missing, and no later row makes up for them"
            : null;

    /// <summary>The sequence of the first row that matters once the log starts behind <paramref name="index"/>.</summary>
    public long FirstNeededAfter(LogIndex index)
    {
        var position = FirstContributingAfter(index);
        return position < contributing.Count ? contributing[position].Sequence : LastSequence + 1;
    }

    /// <summary>Rows of the group below this number are no longer in the file.</summary>
    public void RowsDeletedBelow(long number) => FirstRow = Math.Max(FirstRow, number);

    private void Begin(in JournalRow row)
    {
        firstSequence = row.Sequence;
        FirstRow = row.Number;
        FirstNeededRow = row.Number;
        if (row.Sequence > 1)
        {
            // The rows before it were deleted, or lost. A reset or trim further on tells which.
            Start = null;
            Last = null;
        }
    }

    private string? ApplyHardState(in JournalRow row)
    {
        if (row.Term < HardState.Term.Value)
        {
            return $"it sets term {row.Term} after term {HardState.Term}";
        }

        if (!VotePayload.TryDecode(row.Payload.Span, out var votedFor))
        {
            return "its vote is malformed";
        }

        HardState = new HardState(new Term(row.Term), votedFor);
        return null;
    }

    private string? ApplyEntries(in JournalRow row)
    {
        if (row.FirstIndex < 1 || row.LastIndex < row.FirstIndex)
        {
            return $"it holds the entries {row.FirstIndex} to {row.LastIndex}, which is no range";
        }

        if (Last is { } last && row.FirstIndex > last.Index.Value + 1)
        {
            return $"its first entry is {row.FirstIndex} and the log ends at {last.Index}; entries are missing";
        }

        if (Start is { } start && row.FirstIndex <= start.Index.Value)
        {
            return $"its first entry is {row.FirstIndex}, and the log was trimmed up to {start.Index}";
        }

        var overridden = contributing.Count;
        while (overridden > 0 && contributing[overridden - 1].FirstIndex >= row.FirstIndex)
        {
            overridden--;
        }

        contributing.RemoveRange(overridden, contributing.Count - overridden);
        contributing.Add(new RowReference(row.Number, row.Sequence, row.FirstIndex));
        Last = new EntryId(new LogIndex(row.LastIndex), new Term(row.Term));
        return null;
    }

    private string? ApplyStart(in JournalRow row)
    {
        if (LogStart.TryDecode(row.Payload.Span) is not { } logStart)
        {
            return "its log start is malformed";
        }

        var start = new EntryId(new LogIndex(row.LastIndex), new Term(row.Term));
        if ((CheckColumns(row) ?? CheckHardState(logStart.HardState) ?? CheckEnd(row.Kind, start)) is { } mismatch)
        {
            return mismatch;
        }

        HardState = logStart.HardState;
        if (Start is null && logStart.FirstNeededSequence < firstSequence)
        {
            // Some of the rows that this one needs are gone. That is right if a later trim or reset made it superfluous,
            // and CheckComplete finds out if there is none.
            return null;
        }

        if (row.Kind == JournalRowKind.Reset)
        {
            contributing.Clear();
            Last = start;
        }
        else if (CheckTrim(start) is { } problem)
        {
            return problem;
        }
        else
        {
            contributing.RemoveRange(0, FirstContributingAfter(start.Index));
            Last ??= start;
        }

        var needed = contributing.Count > 0 ? contributing[0] : new RowReference(row.Number, row.Sequence, 0);
        if (logStart.FirstNeededSequence != needed.Sequence)
        {
            return $"it needs the rows from number {logStart.FirstNeededSequence} on, but the log starts at {needed.Sequence}; rows are missing";
        }

        firstNeededSequence = needed.Sequence;
        FirstNeededRow = needed.Number;
        StartRow = row.Number;
        Start = start;
        StartConfiguration = logStart.Configuration;
        return null;
    }

    /// <summary>Whether the columns of a trim or reset name an entry; 0@0 is the one before the first.</summary>
    private static string? CheckColumns(in JournalRow row) =>
        row.FirstIndex != row.LastIndex || row.LastIndex < 0 || row.Term < 0 || (row.LastIndex == 0) != (row.Term == 0)
            ? $"it starts the log behind {row.LastIndex}@{row.Term}, which is no entry"
            : null;

    private string? CheckHardState(HardState repeated) =>
        repeated.Term < HardState.Term ? $"it repeats term {repeated.Term} after term {HardState.Term}" : null;

    private string? CheckEnd(JournalRowKind kind, EntryId through) =>
        kind == JournalRowKind.Trim && Last is { } last && (through.Index > last.Index || (through.Index == last.Index && through != last))
            ? $"it trims the log through {through}, and the log ends at {last}"
            : null;

    private string? CheckTrim(EntryId through)
    {
        var firstIndex = Start is { } start ? start.Index.Value + 1 : contributing.Count > 0 ? contributing[0].FirstIndex : 0;
        return through.Index.Value < firstIndex - 1
            ? $"it trims the log through {through}, and the log starts at {firstIndex}; entries are missing"
            : null;
    }

    /// <summary>
    /// The position in <see cref="contributing"/> of the row that holds the entry behind <paramref name="index"/>: the
    /// last one that begins there or before. Its count if there is no such entry.
    /// </summary>
    private int FirstContributingAfter(LogIndex index)
    {
        if (Last is not { } last || index >= last.Index)
        {
            return contributing.Count;
        }

        var low = 0;
        var high = contributing.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (contributing[middle].FirstIndex <= index.Value + 1)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return Math.Max(0, low - 1);
    }
}
