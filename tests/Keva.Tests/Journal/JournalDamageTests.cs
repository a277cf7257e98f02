using Keva.Journal;
using Keva.Journal.Sqlite;
using Keva.Tests.Journal.Support;

namespace Keva.Tests.Journal;

/// <summary>Whatever happens to the files: the content is what it was, or it is refused. Never something else.</summary>
public sealed class JournalDamageTests
{
    [Theory]
    [InlineData(JournalImage.Main)]
    [InlineData(JournalImage.WriteAheadLog)]
    [InlineData(JournalImage.Tail)]
    public void A_flipped_byte_is_refused_or_does_not_matter(string file)
    {
        var image = JournalImage.OfSmallJournal();
        var random = new Random(5);
        var refused = 0;
        const int samples = 150;
        for (var i = 0; i < samples; i++)
        {
            // The first bytes of the file and of its pages steer how all others are read, so they come more often.
            var page = random.Next(image[file].Length / 4096 + 1) * 4096L;
            var offset = Math.Min(page + (i % 2 == 0 ? random.Next(120) : random.Next(4096)), image[file].Length - 1);
            var bits = (byte)random.Next(1, 256);

            var content = image.WithFlippedBits(file, offset, bits).Recover();

            refused += content is null ? 1 : 0;
            Assert.True(content is null || string.Equals(content, image.Content, StringComparison.Ordinal), $"{file}, byte {offset}, bits {bits:x2}: {content}");
        }

        Assert.True(file == JournalImage.Tail || refused > samples / 10, $"only {refused} were refused");
    }

    [Theory]
    [InlineData(JournalImage.Main)]
    [InlineData(JournalImage.WriteAheadLog)]
    [InlineData(JournalImage.Tail)]
    public void A_file_that_was_cut_off_is_refused_or_does_not_matter(string file)
    {
        var image = JournalImage.OfSmallJournal();
        for (var length = image[file].Length - 1; length >= 0; length -= Math.Max(1, image[file].Length / 40))
        {
            var content = image.CutAt(file, length).Recover();

            Assert.True(content is null || string.Equals(content, image.Content, StringComparison.Ordinal), $"{file}, {length} bytes: {content}");
        }
    }

    [Theory]
    [InlineData(JournalImage.Main)]
    [InlineData(JournalImage.WriteAheadLog)]
    public void A_lost_file_is_missed(string file)
    {
        var image = JournalImage.OfSmallJournal();

        Assert.Null(image.With(file, content: null).Recover());
    }

    [Fact]
    public void A_zeroed_page_is_refused_or_does_not_matter()
    {
        var image = JournalImage.OfSmallJournal();
        for (var offset = 0; offset < image[JournalImage.Main].Length; offset += 4096)
        {
            var bytes = (byte[])image[JournalImage.Main].Clone();
            bytes.AsSpan(offset, 4096).Clear();

            var content = image.With(JournalImage.Main, bytes).Recover();

            Assert.True(content is null || string.Equals(content, image.Content, StringComparison.Ordinal), $"page at {offset}: {content}");
        }
    }

    [Fact]
    public void A_row_missing_in_the_middle_is_named()
    {
        using var harness = new SqliteJournalHarness();
        harness.OpenAndRecover(Samples.Group);
        for (var i = 1; i <= 5; i++)
        {
            harness.Journal.Enqueue(Samples.Append(i, Samples.Batch(i, 1, 1)));
        }

        harness.Close();
        using (var database = SqliteDatabase.OpenOrCreate(harness.JournalPath))
        {
            database.Execute("DELETE FROM journal WHERE row_nr = 3");
        }

        harness.Open();
        var refusal = Assert.Throws<JournalCorruptException>(() => harness.Recover(Samples.Group));

        Assert.Equal(4, refusal.Row);
        Assert.Contains("rows are missing", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_missing_at_the_beginning_are_missed()
    {
        using var harness = new SqliteJournalHarness();
        harness.OpenAndRecover(Samples.Group);
        harness.Journal.Enqueue(Samples.Append(1, Samples.Batch(1, 1, 1)));
        harness.Journal.Enqueue(Samples.Append(2, Samples.Batch(2, 1, 1)));
        harness.Close();
        using (var database = SqliteDatabase.OpenOrCreate(harness.JournalPath))
        {
            database.Execute("DELETE FROM journal WHERE row_nr = 1");
        }

        harness.Open();
        var refusal = Assert.Throws<JournalCorruptException>(() => harness.Recover(Samples.Group));

        Assert.Contains("the first 1 rows of group 0 are missing", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_free_list_that_points_at_rows_is_refused_before_an_insert_can_overwrite_them()
    {
        using var harness = new SqliteJournalHarness();
        harness.OpenAndRecover(Samples.Group);
        for (var i = 1; i <= 50; i++)
        {
            harness.Journal.Enqueue(Samples.Append(i, Samples.Batch(i, 1, 1, new string('z', 2000))));
        }

        harness.Journal.Trim(Samples.Group, Samples.Id(30, 1), Samples.ConfigurationOf(1));
        harness.Close();
        using (var file = File.OpenWrite(harness.JournalPath))
        {
            // Where SQLite's header says which page the free list begins with: now the root of the table.
            file.Position = 35;
            file.WriteByte(2);
        }

        harness.Open();
        var refusal = Assert.Throws<JournalCorruptException>(() => harness.Recover(Samples.Group));

        Assert.Contains("its pages do not fit together", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_foreign_file_is_refused()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("journal.db"), new string('?', 5000));

        Assert.Throws<JournalCorruptException>(() => SqliteJournal.Open(directory.File("journal.db"), new RecordingEvents(), SqliteJournalHarness.Options));
    }

    [Fact]
    public void A_database_of_another_program_is_refused_and_left_alone()
    {
        using var directory = new TemporaryDirectory();
        using (var database = SqliteDatabase.OpenOrCreate(directory.File("journal.db")))
        {
            database.Execute("CREATE TABLE journal (row_nr INTEGER PRIMARY KEY)");
        }

        var refusal = Assert.Throws<JournalCorruptException>(() => SqliteJournal.Open(directory.File("journal.db"), new RecordingEvents(), SqliteJournalHarness.Options));

        Assert.Contains("is no Keva journal", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_format_is_refused_with_an_explanation()
    {
        using var directory = new TemporaryDirectory();
        SqliteJournal.Open(directory.File("journal.db"), new RecordingEvents(), SqliteJournalHarness.Options).Dispose();
        using (var database = SqliteDatabase.OpenOrCreate(directory.File("journal.db")))
        {
            database.Execute("PRAGMA user_version=2");
        }

        var refusal = Assert.Throws<StorageException>(() => SqliteJournal.Open(directory.File("journal.db"), new RecordingEvents(), SqliteJournalHarness.Options));

        Assert.Equal(StorageProblemKind.UnsupportedFormat, refusal.Problem.Kind);
        Assert.Contains("has format 2, and this program knows formats up to 1", refusal.Message, StringComparison.Ordinal);
    }
}
