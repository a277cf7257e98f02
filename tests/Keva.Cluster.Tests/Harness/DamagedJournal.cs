using System.Buffers.Binary;
using System.Text;

namespace Keva.Cluster.Tests.Harness;

/// <summary>The journal of a node that is down, damaged in place; and everything as it was before, to be put back.</summary>
internal sealed class DamagedJournal : IDisposable
{
    private readonly TemporaryDirectory copies = new();
    private readonly string directory;

    private DamagedJournal(NodeUnderTest node)
    {
        directory = node.DataDirectory;
        foreach (var file in Directory.GetFiles(directory))
        {
            File.Copy(file, copies.Sub(Path.GetFileName(file)));
        }
    }

    /// <summary>The file that a person must hear of.</summary>
    public string FilePath => Path.Combine(directory, "journal.db");

    private string LogPath => FilePath + "-wal";

    /// <summary>Changes one bit of a row. The node must have stopped in good order, which leaves all rows in the main file.</summary>
    /// <param name="node">Whose journal.</param>
    /// <param name="needle">A text that is in the row.</param>
    public static DamagedJournal WithFlippedBit(NodeUnderTest node, string needle)
    {
        var damaged = new DamagedJournal(node);
        var bytes = File.ReadAllBytes(damaged.FilePath);
        var at = bytes.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes(needle));
        Assert.True(at >= 0, $"'{needle}' is in {damaged.FilePath}");
        bytes[at] ^= 0x20;
        File.WriteAllBytes(damaged.FilePath, bytes);
        return damaged;
    }

    /// <summary>Cuts the last transactions off the write-ahead log. The node must have died with a log that it was writing.</summary>
    public static DamagedJournal WithTailCutOff(NodeUnderTest node, int transactions)
    {
        var damaged = new DamagedJournal(node);
        var ends = TransactionEnds(File.ReadAllBytes(damaged.LogPath));
        Assert.True(ends.Count > transactions, $"there are only {ends.Count} transactions in {damaged.LogPath}");
        using var log = File.OpenWrite(damaged.LogPath);
        log.SetLength(ends[^(transactions + 1)]);
        return damaged;
    }

    public void PutBack()
    {
        foreach (var file in Directory.GetFiles(copies.Path))
        {
            File.Copy(file, Path.Combine(directory, Path.GetFileName(file)), overwrite: true);
        }
    }

    public void Dispose() => copies.Dispose();

    /// <summary>
    /// Where in SQLite's write-ahead log the transactions end that were written since it was last begun anew: a header
    /// with the page size and a salt, then frames of a header and a page each. Frames with another salt are from before.
    /// The last frame of a transaction says how large the database is after it. (https://sqlite.org/fileformat2.html#walformat)
    /// </summary>
    private static List<int> TransactionEnds(byte[] log)
    {
        const int HeaderSize = 32;
        const int FrameHeaderSize = 24;
        var pageSize = BinaryPrimitives.ReadInt32BigEndian(log.AsSpan(8));
        var salt = log.AsSpan(16, 8);
        var ends = new List<int>();
        for (var frame = HeaderSize; frame + FrameHeaderSize + pageSize <= log.Length; frame += FrameHeaderSize + pageSize)
        {
            if (!log.AsSpan(frame + 8, 8).SequenceEqual(salt))
            {
                break;
            }

            if (BinaryPrimitives.ReadInt32BigEndian(log.AsSpan(frame + 4)) != 0)
            {
                ends.Add(frame + FrameHeaderSize + pageSize);
            }
        }

        return ends;
    }
}
