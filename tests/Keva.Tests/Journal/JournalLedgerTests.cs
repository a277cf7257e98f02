using Keva.Journal;
using Keva.Journal.Rows;
using Keva.Raft.Driver;
using static Keva.Tests.Journal.Support.Samples;

namespace Keva.Tests.Journal;

/// <summary>What rows say together, without any disk.</summary>
public sealed class JournalLedgerTests
{
    private readonly JournalLedger ledger = NewLedger();
    private readonly List<JournalRow> rows = [];

    [Fact]
    public void Rows_stay_as_long_as_what_makes_them_superfluous_is_not_durable()
    {
        Write(Append(1, Batch(1, 5, 1)));
        Write(Append(2, Batch(6, 5, 1)));
        Trim(6);

        Assert.Null(ledger.NextDeletion(100, durableRow: 2));
        Assert.Equal(new RowDeletion(Group, 1, 2), ledger.NextDeletion(100, durableRow: 3));
    }

    [Fact]
    public void Deletions_come_in_slices_until_nothing_is_left()
    {
        for (var i = 1; i <= 10; i++)
        {
            Write(Append(i, Batch(i, 1, 1)));
        }

        Trim(8);

        var slices = new List<RowDeletion>();
        while (ledger.NextDeletion(3, ledger.LastRow) is { } slice)
        {
            slices.Add(slice);
            ledger.Deleted(slice);
        }

        Assert.Equal([new(Group, 1, 4), new(Group, 4, 7), new(Group, 7, 9)], slices);
    }

    [Fact]
    public void An_older_trim_may_outlive_the_rows_that_it_needs()
    {
        Write(Append(1, Batch(1, 5, 1)));
        Write(Append(2, Batch(6, 5, 1)));
        Trim(3);
        Write(Append(3, Batch(11, 5, 1)));
        Trim(12);

        // The first trim needs row 1, the second one row 4. Rows 1 and 2 are gone already, row 3 is the first trim.
        var log = Replay(rows.Skip(2));

        Assert.Equal(Id(12, 1), log.Start);
        Assert.Equal([Id(13, 1), Id(14, 1), Id(15, 1)], log.Entries.Select(entry => entry.Id));
    }

    [Fact]
    public void Rows_that_no_trim_made_superfluous_may_not_be_missing()
    {
        Write(Append(1, Batch(1, 5, 1)));
        Write(Append(2, Batch(6, 5, 1)));
        Trim(7);

        Assert.Equal(3, Replay(rows.Skip(1)).Entries.Count);
        Assert.Throws<JournalCorruptException>(() => Replay(rows.Skip(2)));
    }

    [Fact]
    public void A_trim_that_names_another_entry_than_the_log_holds_is_refused()
    {
        Write(Append(1, Batch(1, 5, 1)));
        Add(ledger.PrepareTrim(Group, Id(3, 9), ConfigurationOf(1))!);

        var refusal = Assert.Throws<JournalCorruptException>(() => Replay(rows));

        Assert.Contains("trims the log through 3@9, and the entry there is 3@1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_term_that_goes_back_is_refused()
    {
        Write(new JournalWrite(Group, 1, Vote(5, 1), Reset: null, Entries: null));
        rows.Add(rows[0] with { Number = 2, Sequence = 2, Term = 4 });

        Assert.Contains("sets term 4 after term 5", Assert.Throws<JournalCorruptException>(() => Replay(rows)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_of_an_unknown_kind_is_refused()
    {
        Write(Append(1, Batch(1, 5, 1)));
        rows[0] = rows[0] with { Kind = (JournalRowKind)9 };

        Assert.Contains("its kind 9 is unknown", Assert.Throws<JournalCorruptException>(() => Replay(rows)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_that_contradict_the_payload_are_refused()
    {
        Write(Append(1, Batch(1, 5, 1)));
        rows[0] = rows[0] with { LastIndex = 6 };

        Assert.Contains("its columns say otherwise", Assert.Throws<JournalCorruptException>(() => Replay(rows)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, 3, 0)] // no term
    [InlineData(0, 0, 1)] // a term before the first entry
    [InlineData(-1, -1, 1)]
    [InlineData(3, 3, -1)]
    [InlineData(2, 3, 1)]
    public void A_trim_that_names_no_entry_is_refused(long firstIndex, long lastIndex, long term)
    {
        Write(Append(1, Batch(1, 5, 1)));
        Trim(3);
        rows[1] = rows[1] with { FirstIndex = firstIndex, LastIndex = lastIndex, Term = term };

        var refusal = Assert.Throws<JournalCorruptException>(() => Replay(rows));

        Assert.Contains($"it starts the log behind {lastIndex}@{term}, which is no entry", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trim_past_the_end_is_refused_also_while_the_beginning_of_the_log_is_not_known()
    {
        Write(Append(1, Batch(1, 5, 1)));
        Write(Append(2, Batch(6, 5, 1)));
        Trim(3);
        rows[2] = rows[2] with { FirstIndex = 100, LastIndex = 100 };

        var refusal = Assert.Throws<JournalCorruptException>(() => Replay(rows.Skip(1)));

        Assert.Contains("it trims the log through 100@1, and the log ends at 10@1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_term_that_goes_back_in_what_a_trim_repeats_is_refused()
    {
        Write(new JournalWrite(Group, 1, Vote(5, 1), Reset: null, Batch(1, 5, 1)));
        Trim(3);
        rows[2] = rows[2] with { Payload = new LogStart(2, Vote(4, 1), ConfigurationOf(1)).Encode() };

        Assert.Contains("repeats term 4 after term 5", Assert.Throws<JournalCorruptException>(() => Replay(rows)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_column_is_under_the_checksum()
    {
        Write(new JournalWrite(OtherGroup, 1, HardState: null, Reset: null, Batch(1, 5, 1)));
        var row = rows[0];
        var changed = new[]
        {
            row with { Number = 2 },
            row with { Group = Group },
            row with { Sequence = 2 },
            row with { Kind = JournalRowKind.Trim },
            row with { FirstIndex = 2 },
            row with { LastIndex = 6 },
            row with { Term = 2 },
            row with { Payload = row.Payload[..^1] },
        };

        Assert.All(changed, other => Assert.NotEqual(row.Checksum(), other.Checksum()));
    }

    private static JournalLedger NewLedger()
    {
        var made = new JournalLedger("journal");
        made.TakeRecovered(Group);
        made.TakeRecovered(OtherGroup);
        return made;
    }

    private static RecoveredLog Replay(IEnumerable<JournalRow> rows)
    {
        var replay = new JournalLedger("journal");
        foreach (var row in rows)
        {
            replay.Replay(row, row.Checksum());
        }

        replay.FinishReplay(new Dictionary<Keva.Raft.GroupId, long>());
        return replay.TakeRecovered(Group);
    }

    private void Write(JournalWrite write) => Add(ledger.Prepare(write));

    private void Trim(long through) => Add(ledger.PrepareTrim(Group, Id(through, 1), ConfigurationOf(1))!);

    private void Add(PreparedWrite write) => rows.AddRange(write.Rows);
}
