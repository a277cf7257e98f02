using Keva.Journal;
using Keva.Journal.Sqlite;
using Keva.Tests.Journal.Support;

namespace Keva.Tests.Journal;

/// <summary>The contract, and what only the store on disk has: files.</summary>
public sealed class SqliteCheckpointStoreTests : CheckpointStoreContract
{
    private protected override CheckpointHarness CreateHarness(int seed = 1) => new SqliteCheckpointHarness();

    [Fact]
    public void A_flipped_byte_is_refused_or_does_not_matter()
    {
        using var harness = new SqliteCheckpointHarness();
        harness.Open();
        Assert.Null(harness.Write(At(1), [.. Enumerable.Range(0, 300).Select(i => Put($"key{i:D3}", new string('v', i % 60)))]));
        Assert.Null(harness.Write(At(2), [.. Enumerable.Range(50, 40).Select(i => Delete($"key{i:D3}"))]));
        var expected = harness.Load().Records.Select(record => CheckpointText(record)).ToArray();
        harness.Store.Dispose();
        var intact = File.ReadAllBytes(harness.CheckpointPath);
        var random = new Random(3);
        var refused = 0;
        for (var i = 0; i < 120; i++)
        {
            var bytes = (byte[])intact.Clone();
            var offset = random.Next(intact.Length / 4096) * 4096 + (i % 2 == 0 ? random.Next(120) : random.Next(4096));
            bytes[offset] ^= (byte)random.Next(1, 256);
            File.WriteAllBytes(harness.CheckpointPath, bytes);

            if (Load(harness) is { } records)
            {
                Assert.Equal(expected, records);
            }
            else
            {
                refused++;
            }
        }

        Assert.True(refused > 20, $"only {refused} were refused");
    }

    [Theory]
    [InlineData("checkpoint.db")]
    [InlineData("checkpoint.db-wal")]
    public void A_flipped_byte_beside_a_write_ahead_log_is_refused_or_leaves_a_state_that_once_was(string file)
    {
        using var harness = new SqliteCheckpointHarness();
        harness.Open();
        Assert.Null(harness.Write(At(1), [.. Enumerable.Range(0, 100).Select(i => Put($"key{i:D3}", new string('v', 90)))]));

        // An open snapshot keeps the log from being emptied.
        using var snapshot = harness.OpenSnapshot(1000).Snapshot!;
        var states = new Dictionary<long, string[]>();
        for (var index = 2; index <= 5; index++)
        {
            Assert.Null(harness.Write(At(index), Put($"key{index * 7:D3}", $"new{index}"), Delete($"key{index * 11:D3}"), Put($"more{index}", "")));
            states.Add(index, [.. harness.Load().Records.Select(CheckpointText)]);
        }

        states.Add(1, [.. harness.ReadAll(snapshot).Select(CheckpointText)]);
        harness.Crash();
        var names = new[] { "checkpoint.db", "checkpoint.db-wal" };
        var directory = Path.GetDirectoryName(harness.CheckpointPath)!;
        var intact = names.ToDictionary(name => name, name => File.ReadAllBytes(Path.Combine(directory, name)), StringComparer.Ordinal);
        var random = new Random(9);
        var found = new SortedSet<long>();
        for (var i = 0; i < 50; i++)
        {
            foreach (var name in names)
            {
                var bytes = (byte[])intact[name].Clone();
                if (string.Equals(name, file, StringComparison.Ordinal))
                {
                    bytes[random.Next(bytes.Length)] ^= (byte)random.Next(1, 256);
                }

                File.WriteAllBytes(Path.Combine(directory, name), bytes);
            }

            File.Delete(harness.CheckpointPath + "-shm");
            if (LoadWithMetadata(harness) is { } loaded)
            {
                var index = loaded.Metadata!.Applied.Index.Value;
                found.Add(index);
                Assert.Equal(states[index], loaded.Records.Select(CheckpointText));
            }
        }

        Assert.NotEmpty(found);
    }

    [Fact]
    public void A_record_that_vanished_is_missed()
    {
        using var harness = new SqliteCheckpointHarness();
        harness.Open();
        Assert.Null(harness.Write(At(1), Put("a", "1"), Put("b", "2"), Put("c", "3")));
        harness.Store.Dispose();
        using (var database = SqliteDatabase.OpenOrCreate(harness.CheckpointPath))
        {
            database.Execute("DELETE FROM record WHERE key = x'62'");
        }

        harness.Open();
        var problem = harness.Load().Problem!;

        Assert.Equal(StorageProblemKind.Corrupt, problem.Kind);
        Assert.Contains("it has 2 records and should have 3", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_record_is_not_sent_in_a_snapshot()
    {
        using var harness = new SqliteCheckpointHarness();
        harness.Open();
        Assert.Null(harness.Write(At(1), Put("a", "1")));
        harness.Store.Dispose();
        harness.Damage();
        harness.Open();
        using var snapshot = harness.OpenSnapshot(100).Snapshot!;

        var problem = harness.Read(snapshot, 0).Problem!;

        Assert.Contains("the record of key 61 (hexadecimal) does not match its checksum", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_left_of_an_unfinished_incoming_checkpoint_is_deleted_when_the_store_is_opened()
    {
        using var harness = new SqliteCheckpointHarness();
        harness.Open();
        Assert.Null(harness.Add(harness.BeginReceive(), Record("a", "1")));
        harness.Crash();
        Assert.True(File.Exists(harness.IncomingPath));

        harness.Open();

        Assert.False(File.Exists(harness.IncomingPath));
    }

    [Fact]
    public void A_full_disk_fails_records_that_come_in_and_they_can_be_sent_again()
    {
        using var harness = new SqliteCheckpointHarness();
        harness.Open();
        Assert.Null(harness.Write(At(1), Put("old", "1")));
        var incoming = (SqliteIncomingCheckpoint)harness.BeginReceive();
        Assert.Null(harness.Add(incoming, Record("a", "1")));
        harness.Await<bool>(done => harness.Sqlite.Post(() =>
        {
            SqliteCheckpointHarness.LimitPages(incoming.ReceivingFile, 1);
            done(true);
        }));

        Assert.Equal(StorageProblemKind.DiskFull, harness.Add(incoming, Record("b", new string('v', 20_000)))!.Kind);

        harness.Await<bool>(done => harness.Sqlite.Post(() =>
        {
            SqliteCheckpointHarness.LimitPages(incoming.ReceivingFile, 1_000_000);
            done(true);
        }));
        Assert.Null(harness.Add(incoming, Record("b", new string('v', 20_000))));
        Assert.Null(harness.Install(incoming, At(9)));
        Assert.Equal(2, harness.Load().Records.Count);
    }

    [Fact]
    public void The_write_ahead_log_is_emptied_after_each_delta()
    {
        using var harness = new SqliteCheckpointHarness();
        harness.Open();
        Assert.Null(harness.Write(At(1), [.. Enumerable.Range(0, 300).Select(i => Put($"key{i:D3}", new string('v', 1000)))]));
        harness.Load();

        Assert.Equal(0, new FileInfo(harness.CheckpointPath + "-wal").Length);
    }

    [Fact]
    public void A_newer_format_is_refused_with_an_explanation()
    {
        using var harness = new SqliteCheckpointHarness();
        harness.Open();
        harness.Store.Dispose();
        using (var database = SqliteDatabase.OpenOrCreate(harness.CheckpointPath))
        {
            database.Execute("PRAGMA user_version=9");
        }

        var refusal = Assert.Throws<StorageException>(harness.Open);

        Assert.Equal(StorageProblemKind.UnsupportedFormat, refusal.Problem.Kind);
        Assert.Contains("has format 9", refusal.Message, StringComparison.Ordinal);
    }

    private static string CheckpointText(Keva.Journal.Checkpoints.CheckpointRecord record) =>
        $"{Convert.ToHexString(record.Key.Span)} {Convert.ToHexString(record.Value.Span)} {record.CreateRevision} {record.ModRevision} {record.Version}";

    private static string[]? Load(SqliteCheckpointHarness harness) =>
        LoadWithMetadata(harness) is { } loaded ? [.. loaded.Records.Select(CheckpointText)] : null;

    private static LoadedCheckpoint? LoadWithMetadata(SqliteCheckpointHarness harness)
    {
        try
        {
            harness.Open();
        }
        catch (StorageException)
        {
            return null;
        }

        using var store = harness.Store;
        var loaded = harness.Load();
        return loaded.Problem is null ? loaded : null;
    }
}
