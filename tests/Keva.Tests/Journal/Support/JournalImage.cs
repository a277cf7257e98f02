using Keva.Journal;
using Keva.Journal.Rows;
using Keva.Journal.Sqlite;
using Keva.Raft.Driver;
using static Keva.Tests.Journal.Support.Samples;

namespace Keva.Tests.Journal.Support;

/// <summary>The bytes of a journal's files, to be damaged and looked at.</summary>
internal sealed class JournalImage
{
    public const string Main = "journal.db";
    public const string WriteAheadLog = "journal.db-wal";
    public const string Tail = "journal.db-tail";
    private static readonly JournalOptions Options = new() { CheckpointBytes = 1, ReserveBytes = 0 };
    private readonly SortedDictionary<string, byte[]> files = new(StringComparer.Ordinal);

    /// <summary>What the undamaged files hold, as <see cref="Recover"/> says it.</summary>
    public string Content { get; private set; } = "";

    public byte[] this[string file] => files[file];

    /// <summary>The files of a journal with a history of all kinds of rows, part of it in the main file, as a crash leaves them.</summary>
    public static JournalImage OfSmallJournal()
    {
        using var directory = new TemporaryDirectory();
        using var file = JournalFile.Open(directory.File(Main), Options);
        var ledger = new JournalLedger(Main);
        file.Replay(ledger);
        ledger.TakeRecovered(Group);
        ledger.TakeRecovered(OtherGroup);
        var count = 0;
        foreach (var write in History(ledger))
        {
            file.Commit([write], ledger.NextDeletion(3, ledger.LastRow));
            if (++count is 5 or 14)
            {
                // Copies the write-ahead log into the main file; the next write begins it anew.
                file.Tidy(isIdle: false);
            }
        }

        var image = new JournalImage();
        foreach (var name in new[] { Main, WriteAheadLog, Tail })
        {
            image.files.Add(name, File.ReadAllBytes(directory.File(name)));
        }

        image.Content = image.Recover() ?? throw new InvalidOperationException("the image is damaged from the start");
        return image;
    }

    public JournalImage With(string file, byte[]? content)
    {
        var other = new JournalImage { Content = Content };
        foreach (var (name, bytes) in files)
        {
            other.files.Add(name, bytes);
        }

        other.files.Remove(file);
        if (content is not null)
        {
            other.files.Add(file, content);
        }

        return other;
    }

    public JournalImage WithFlippedBits(string file, long offset, byte bits)
    {
        var bytes = (byte[])files[file].Clone();
        bytes[offset] ^= bits;
        return With(file, bytes);
    }

    public JournalImage CutAt(string file, int length) => With(file, files[file][..length]);

    /// <summary>The content in words; null if it is refused.</summary>
    public string? Recover()
    {
        using var directory = new TemporaryDirectory();
        foreach (var (name, bytes) in files)
        {
            File.WriteAllBytes(directory.File(name), bytes);
        }

        try
        {
            using var file = JournalFile.Open(directory.File(Main), Options);
            file.Abandon();
            var ledger = new JournalLedger(Main);
            file.Replay(ledger);
            return Describe(ledger.TakeRecovered(Group)) + "\n" + Describe(ledger.TakeRecovered(OtherGroup));
        }
        catch (StorageException)
        {
            return null;
        }
    }

    private static IEnumerable<PreparedWrite> History(JournalLedger ledger)
    {
        for (var i = 1; i <= 12; i++)
        {
            yield return ledger.Prepare(new JournalWrite(Group, i, Vote(i, 3), Reset: null, Batch(3 * i - 2, 3, i, new string('x', 300))));
            if (i == 8)
            {
                yield return ledger.PrepareTrim(Group, Id(10, 4), ConfigurationOf(4))!;
            }
        }

        yield return ledger.Prepare(Append(1, Batch(1, 40, 1, new string('y', 200)), OtherGroup));
        yield return ledger.Prepare(Append(13, Batch(30, 2, 20)));
        yield return ledger.Prepare(Append(2, Batch(20, 2, 2), OtherGroup));
        yield return ledger.Prepare(Append(14, Batch(32, 2, 20)));
    }
}
