using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Log;

namespace Keva.Journal.Rows;

/// <summary>Builds the log of one group out of its rows, in their order.</summary>
internal sealed class GroupReplay(GroupId group)
{
    // Consecutive entries up to the end of the log. While the start of the log is unknown, from wherever the rows begin.
    private readonly List<LogEntry> entries = [];

    public GroupTail Tail { get; } = new(group);

    /// <summary>Null if the row continues the log; otherwise what is wrong with it.</summary>
    public string? Apply(in JournalRow row)
    {
        if (Tail.Apply(row) is { } problem)
        {
            return problem;
        }

        switch (row.Kind)
        {
            case JournalRowKind.Entries:
                return Append(row);
            case JournalRowKind.Reset:
                entries.Clear();
                return null;
            case JournalRowKind.Trim:
                return Trim(row);
            default:
                return null;
        }
    }

    /// <summary>What the rows say. Only after <see cref="GroupTail.CheckComplete"/> found nothing missing.</summary>
    public RecoveredLog Finish() => new(Tail.HardState, Tail.Start ?? EntryId.Zero, Tail.StartConfiguration, entries);

    private string? Append(in JournalRow row)
    {
        if (!EntryBatchCodec.TryDecode(row.Payload, out var batch) || batch.Length == 0)
        {
            return "its entries are malformed";
        }

        if (batch[0].Index.Value != row.FirstIndex || batch[^1].Index.Value != row.LastIndex || batch[^1].Term.Value != row.Term)
        {
            return $"it holds the entries {batch[0].Id} to {batch[^1].Id}, and its columns say otherwise";
        }

        if (entries.Count > 0)
        {
            var kept = (int)Math.Max(0, row.FirstIndex - entries[0].Index.Value);
            entries.RemoveRange(kept, entries.Count - kept);
        }

        var previousTerm = entries.Count > 0 ? entries[^1].Term : Tail.Start?.Term ?? Term.Zero;
        if (batch[0].Term < previousTerm)
        {
            return $"its first entry is {batch[0].Id}, behind an entry of term {previousTerm}";
        }

        entries.AddRange(batch);
        return null;
    }

    private string? Trim(in JournalRow row)
    {
        if (entries.Count == 0)
        {
            return null;
        }

        var dropped = (int)Math.Max(0, row.LastIndex - entries[0].Index.Value + 1);
        if (dropped > 0 && entries[dropped - 1].Term.Value != row.Term)
        {
            return $"it trims the log through {row.LastIndex}@{row.Term}, and the entry there is {entries[dropped - 1].Id}";
        }

        entries.RemoveRange(0, dropped);
        return null;
    }
}
