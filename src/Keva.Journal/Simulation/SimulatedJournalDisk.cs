using Keva.Journal.Rows;
using Keva.Raft;

namespace Keva.Journal.Simulation;

/// <summary>
/// What outlives a <see cref="SimulatedJournal"/>: the rows that reached the disk, and the moods of the disk. Faults can
/// be set and taken back at any time.
/// </summary>
public sealed class SimulatedJournalDisk
{
    private readonly List<StoredRow> rows = [];

    // What the last transaction did.
    private readonly List<StoredRow> deleted = [];
    private int added;

    internal IReadOnlyList<StoredRow> Rows => rows;

    internal SortedDictionary<GroupId, long> Acknowledged { get; } = [];

    /// <summary>One row as it lies on the disk.</summary>
    internal readonly record struct StoredRow(JournalRow Row, uint Checksum);

    /// <summary>No write succeeds, until this is taken back.</summary>
    public bool IsFull { get; set; }

    /// <summary>The next write or synchronisation fails for good.</summary>
    public bool IsFailing { get; set; }

    /// <summary>The shortest time that a transaction takes.</summary>
    public TimeSpan MinimumLatency { get; set; } = TimeSpan.FromMicroseconds(100);

    /// <summary>The longest time that a transaction takes.</summary>
    public TimeSpan MaximumLatency { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Whether anybody was told that the last row is durable; one that was under way in a crash may be lost.</summary>
    public bool IsLastRowReported =>
        rows.Count > 0 && Acknowledged.TryGetValue(rows[^1].Row.Group, out var reported) && reported >= rows[^1].Row.Sequence;

    /// <summary>How many rows there are.</summary>
    public int RowCount => rows.Count;

    /// <summary>
    /// Damages the last row, as a disk does that reports durable what is not. The next recovery refuses the journal.
    /// </summary>
    public void TearLastRow()
    {
        var (row, checksum) = rows[^1];
        var torn = row.Payload.ToArray();
        torn.AsSpan(torn.Length / 2).Clear();
        rows[^1] = torn.AsSpan().SequenceEqual(row.Payload.Span)
            ? new StoredRow(row, ~checksum)
            : new StoredRow(row with { Payload = torn }, checksum);
    }

    /// <summary>Forgets the last row, as if somebody had deleted it.</summary>
    public void LoseLastRow() => rows.RemoveAt(rows.Count - 1);

    /// <summary>
    /// Takes back the last transaction, as if the end of the write-ahead log had been cut off: its rows are gone, and what
    /// it deleted is there again.
    /// </summary>
    /// <returns>False if there was nothing that could be taken back.</returns>
    public bool LoseLastTransaction()
    {
        var isAny = added > 0;
        rows.RemoveRange(rows.Count - added, added);
        rows.AddRange(deleted);
        rows.Sort((one, other) => one.Row.Number.CompareTo(other.Row.Number));
        BeginTransaction();
        return isAny;
    }

    /// <summary>Forgets everything: a new disk.</summary>
    public void Wipe()
    {
        rows.Clear();
        BeginTransaction();
        Acknowledged.Clear();
    }

    /// <summary>What follows reaches the disk as a whole or not at all.</summary>
    internal void BeginTransaction()
    {
        added = 0;
        deleted.Clear();
    }

    /// <summary>All that is there is durable now, whoever wrote it.</summary>
    internal void Synchronise() => BeginTransaction();

    internal void Add(in JournalRow row)
    {
        rows.Add(new StoredRow(row, row.Checksum()));
        added++;
    }

    /// <returns>How many rows there were to delete.</returns>
    internal int Delete(RowDeletion deletion)
    {
        bool IsDeleted(StoredRow stored) =>
            stored.Row.Group == deletion.Group && stored.Row.Number >= deletion.FirstRow && stored.Row.Number < deletion.EndRow;

        // A row that the same transaction has added and deleted was never there.
        var before = rows.Count - added;
        deleted.AddRange(rows.Take(before).Where(IsDeleted));
        added -= rows.Skip(before).Count(IsDeleted);
        return rows.RemoveAll(IsDeleted);
    }
}
