using Keva.Journal.Storage;
using Keva.Raft;

namespace Keva.Journal.Rows;

/// <summary>What a row does to its group's log. The numbers are on disk.</summary>
internal enum JournalRowKind
{
    /// <summary>Appends a batch of entries, in place of all from its first index on.</summary>
    Entries = 1,

    /// <summary>Sets term and vote.</summary>
    HardState = 2,

    /// <summary>Voids all entries: a snapshot took their place.</summary>
    Reset = 3,

    /// <summary>Voids the entries up to an index.</summary>
    Trim = 4,
}

/// <summary>One row of the journal. What the columns mean for each kind:</summary>
/// <param name="Number">Counts all rows of the file from 1.</param>
/// <param name="Group">The Raft group (column <c>persistence_id</c>).</param>
/// <param name="Sequence">Counts the rows of the group from 1, without gaps.</param>
/// <param name="Kind">What it does.</param>
/// <param name="FirstIndex">Entries: the first; reset and trim: the last entry before the log; otherwise 0.</param>
/// <param name="LastIndex">Entries: the last; reset and trim: as <paramref name="FirstIndex"/>; otherwise 0.</param>
/// <param name="Term">Entries, reset, trim: the term of the entry at <paramref name="LastIndex"/>; hard state: the term.</param>
/// <param name="Payload">
/// Entries: the batch as it is also sent; hard state: the vote; reset and trim: a <see cref="LogStart"/>.
/// </param>
internal readonly record struct JournalRow(
    long Number,
    GroupId Group,
    long Sequence,
    JournalRowKind Kind,
    long FirstIndex,
    long LastIndex,
    long Term,
    ReadOnlyMemory<byte> Payload)
{
    /// <summary>The checksum over all columns.</summary>
    public uint Checksum()
    {
        var crc = new Crc32C();
        crc.Add(Number);
        crc.Add(Group.Value);
        crc.Add(Sequence);
        crc.Add((long)Kind);
        crc.Add(FirstIndex);
        crc.Add(LastIndex);
        crc.Add(Term);
        crc.Add(Payload.Span);
        return crc.Value;
    }
}
