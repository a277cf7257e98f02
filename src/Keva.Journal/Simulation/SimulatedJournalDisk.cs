using Keva.Journal.Rows;
using Keva.Raft;

namespace Keva.Journal.Simulation;

/// <summary>
/// What outlives a <see cref="SimulatedJournal"/>: the rows that reached the disk, and the moods of the disk. Faults can
/// be set and taken back at any time.
/// </summary>
public sealed class SimulatedJournalDisk
{
    internal List<StoredRow> Rows { get; } = [];

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
        Rows.Count > 0 && Acknowledged.TryGetValue(Rows[^1].Row.Group, out var reported) && reported >= Rows[^1].Row.Sequence;

    /// <summary>How many rows there are.</summary>
    public int RowCount => Rows.Count;

    /// <summary>
    /// Damages the last row, as a disk does that reports durable what is not. The next recovery refuses the journal.
    /// </summary>
    public void TearLastRow()
    {
        var (row, checksum) = Rows[^1];
        var torn = row.Payload.ToArray();
        torn.AsSpan(torn.Length / 2).Clear();
        Rows[^1] = torn.AsSpan().SequenceEqual(row.Payload.Span)
            ? new StoredRow(row, ~checksum)
            : new StoredRow(row with { Payload = torn }, checksum);
    }

    /// <summary>Forgets the last row, as if the end of the file had been cut off.</summary>
    public void LoseLastRow() => Rows.RemoveAt(Rows.Count - 1);

    /// <summary>Forgets everything: a new disk.</summary>
    public void Wipe()
    {
        Rows.Clear();
        Acknowledged.Clear();
    }
}
