using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Membership;

namespace Keva.Journal.Rows;

/// <summary>
/// All groups of one journal: turns writes into rows and rows back into logs. It decides what the rows say; whoever
/// uses it decides when they are on a disk.
/// </summary>
/// <param name="file">The journal's name in error messages.</param>
internal sealed class JournalLedger(string file)
{
    private readonly SortedDictionary<GroupId, GroupTail> tails = [];
    private readonly SortedDictionary<GroupId, GroupReplay> replays = [];
    private readonly SortedSet<GroupId> taken = [];

    /// <summary>The number of the last row, written or prepared.</summary>
    public long LastRow { get; private set; }

    /// <summary>Takes one row of an existing journal; rows come in the order of their numbers.</summary>
    /// <exception cref="JournalCorruptException">The row does not continue what came before.</exception>
    public void Replay(in JournalRow row, uint checksum)
    {
        if (row.Checksum() != checksum)
        {
            throw new JournalCorruptException(file, row.Number, "its checksum does not match its content");
        }

        if (!replays.TryGetValue(row.Group, out var replay))
        {
            replay = new GroupReplay(row.Group);
            replays.Add(row.Group, replay);
        }

        if (replay.Apply(row) is { } problem)
        {
            throw new JournalCorruptException(file, row.Number, problem);
        }

        LastRow = row.Number;
    }

    /// <summary>After the last row: checks that nothing is missing.</summary>
    /// <param name="acknowledged">For each group the last sequence that is known to have been durable.</param>
    /// <exception cref="JournalCorruptException">Rows are missing at the beginning or at the end.</exception>
    public void FinishReplay(IReadOnlyDictionary<GroupId, long> acknowledged)
    {
        foreach (var (group, replay) in replays)
        {
            if (replay.Tail.CheckComplete() is { } problem)
            {
                throw new JournalCorruptException(file, null, problem);
            }

            tails.Add(group, replay.Tail);
        }

        foreach (var (group, sequence) in acknowledged)
        {
            var found = tails.TryGetValue(group, out var tail) ? tail.LastSequence : 0;
            if (found < sequence)
            {
                throw new JournalCorruptException(
                    file,
                    null,
                    $"it ends at row {found} of group {group}, and rows up to {sequence} had been durable");
            }
        }
    }

    /// <summary>The log of a group as replayed. Once for each group.</summary>
    public RecoveredLog TakeRecovered(GroupId group)
    {
        Invariant.Check(taken.Add(group), "a group is recovered once");
        if (replays.Remove(group, out var replay))
        {
            return replay.Finish();
        }

        tails.Add(group, new GroupTail(group));
        return new RecoveredLog(HardState.Initial, EntryId.Zero, StartConfiguration: null, []);
    }

    /// <summary>Numbers the rows of a write. From now on they count as written.</summary>
    public PreparedWrite Prepare(JournalWrite write)
    {
        var tail = Tail(write.Group);
        var rows = new JournalRow[(write.HardState is null ? 0 : 1) + (write.Reset is null ? 0 : 1) + (write.Entries is null or { IsEmpty: true } ? 0 : 1)];
        var count = 0;
        if (write.HardState is { } hardState)
        {
            rows[count++] = Next(tail, JournalRowKind.HardState, 0, 0, hardState.Term, VotePayload.Encode(hardState.VotedFor));
        }

        if (write.Reset is { } reset)
        {
            var start = new LogStart(tail.LastSequence + 1, tail.HardState, reset.Configuration);
            var index = reset.Snapshot.Index.Value;
            rows[count++] = Next(tail, JournalRowKind.Reset, index, index, reset.Snapshot.Term, start.Encode());
        }

        if (write.Entries is { IsEmpty: false } entries)
        {
            rows[count] = Next(
                tail,
                JournalRowKind.Entries,
                entries.First.Index.Value,
                entries.Last.Index.Value,
                entries.Last.Term,
                entries.Encoded);
        }

        return new PreparedWrite(write.Group, write.Sequence, rows);
    }

    /// <summary>The row of a trim, or null if the log starts there or later already.</summary>
    public PreparedWrite? PrepareTrim(GroupId group, EntryId through, ClusterConfiguration configuration)
    {
        var tail = Tail(group);
        if (tail.Start is { } start && through.Index <= start.Index)
        {
            return null;
        }

        var logStart = new LogStart(tail.FirstNeededAfter(through.Index), tail.HardState, configuration);
        var index = through.Index.Value;
        return new PreparedWrite(group, Sequence: null, [Next(tail, JournalRowKind.Trim, index, index, through.Term, logStart.Encode())]);
    }

    /// <summary>The next rows that are superfluous, spanning at most <paramref name="rows"/> numbers; null if none.</summary>
    /// <param name="durableRow">
    /// The last row that is durable, or becomes so together with the deletion. What only a later trim makes superfluous
    /// must stay.
    /// </param>
    public RowDeletion? NextDeletion(long rows, long durableRow)
    {
        foreach (var (group, tail) in tails)
        {
            if (tail.FirstRow < tail.FirstNeededRow && tail.StartRow <= durableRow)
            {
                return new RowDeletion(group, tail.FirstRow, Math.Min(tail.FirstRow + rows, tail.FirstNeededRow));
            }
        }

        return null;
    }

    /// <summary>The deletion is durable.</summary>
    public void Deleted(RowDeletion deletion) => tails[deletion.Group].RowsDeletedBelow(deletion.EndRow);

    private GroupTail Tail(GroupId group)
    {
        Invariant.Check(taken.Contains(group), "a group is recovered before it is written");
        return tails[group];
    }

    private JournalRow Next(GroupTail tail, JournalRowKind kind, long firstIndex, long lastIndex, Term term, ReadOnlyMemory<byte> payload)
    {
        var row = new JournalRow(LastRow + 1, tail.Group, tail.LastSequence + 1, kind, firstIndex, lastIndex, term.Value, payload);
        if (tail.Apply(row) is { } problem)
        {
            Invariant.Fail("a write continues the journal", problem);
        }

        LastRow = row.Number;
        return row;
    }
}
