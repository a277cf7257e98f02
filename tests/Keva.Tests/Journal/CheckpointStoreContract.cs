using System.Text;
using Keva.Journal;
using Keva.Journal.Checkpoints;
using Keva.Tests.Journal.Support;
using static Keva.Tests.Journal.Support.Samples;

namespace Keva.Tests.Journal;

/// <summary>What every checkpoint store must do, the one on disk and the one in the simulator.</summary>
public abstract class CheckpointStoreContract
{
    private protected abstract CheckpointHarness CreateHarness(int seed = 1);

    private protected static CheckpointRecord Record(string key, string value, long revision = 1) =>
        new(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value), 1, revision, revision);

    private protected static CheckpointChange Put(string key, string value, long revision = 1) =>
        new(Encoding.UTF8.GetBytes(key), Record(key, value, revision));

    private protected static CheckpointChange Delete(string key) => new(Encoding.UTF8.GetBytes(key), Record: null);

    private protected static CheckpointMetadata At(long index, int node = 1) =>
        new(Id(index, 1), index * 2, new UInt128((ulong)index, ulong.MaxValue), ConfigurationOf(node));

    private static string[] Text(IEnumerable<CheckpointRecord> records) =>
        [.. records.Select(record =>
            $"{Encoding.UTF8.GetString(record.Key.Span)}={Encoding.UTF8.GetString(record.Value.Span)} {record.CreateRevision}/{record.ModRevision}/{record.Version}")];

    [Fact]
    public void A_new_store_holds_nothing()
    {
        using var harness = CreateHarness();
        harness.Open();

        var loaded = harness.Load();

        Assert.Null(loaded.Problem);
        Assert.Null(loaded.Metadata);
        Assert.Empty(loaded.Records);
        Assert.Equal(default, harness.OpenSnapshot(1000));
    }

    [Fact]
    public void Deltas_add_change_and_delete_records_and_loading_is_in_key_order()
    {
        using var harness = CreateHarness();
        harness.Open();
        Assert.Null(harness.Write(At(5), Put("b", "1"), Put("a", "2"), Put("ab", ""), Put("c", "4")));
        Assert.Null(harness.Write(At(9, node: 2), Delete("b"), Put("c", "5", 7), Delete("never there"), Put("ä", "6")));
        harness.Reopen();

        var loaded = harness.Load();

        Assert.Equal(["a=2 1/1/1", "ab= 1/1/1", "c=5 1/7/7", "ä=6 1/1/1"], Text(loaded.Records));
        Assert.Equal(At(9, node: 2), loaded.Metadata);
    }

    [Fact]
    public void The_last_change_of_a_key_in_one_delta_counts()
    {
        using var harness = CreateHarness();
        harness.Open();
        Assert.Null(harness.Write(At(1), Put("a", "1"), Delete("a"), Put("a", "2"), Put("b", "1"), Delete("b")));

        Assert.Equal(["a=2 1/1/1"], Text(harness.Load().Records));
    }

    [Fact]
    public void Metadata_moves_on_without_any_change()
    {
        using var harness = CreateHarness();
        harness.Open();
        Assert.Null(harness.Write(At(1), Put("a", "1")));
        Assert.Null(harness.Write(At(2)));

        Assert.Equal(At(2), harness.Load().Metadata);
    }

    [Fact]
    public void A_completed_delta_survives_a_crash()
    {
        using var harness = CreateHarness();
        harness.Open();
        Assert.Null(harness.Write(At(1), Put("a", "1")));
        harness.Crash();
        harness.Open();

        Assert.Equal(["a=1 1/1/1"], Text(harness.Load().Records));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_delta_that_a_crash_interrupts_is_there_as_a_whole_or_not_at_all(int seed)
    {
        using var harness = CreateHarness(seed);
        harness.Open();
        Assert.Null(harness.Write(At(1), Put("a", "1"), Put("b", "1")));
        harness.Store.Write(new[] { Put("a", "2"), Delete("b") }, At(2), _ => { });
        harness.Crash();
        harness.Open();

        var loaded = harness.Load();

        Assert.Equal(loaded.Metadata == At(1) ? ["a=1 1/1/1", "b=1 1/1/1"] : ["a=2 1/1/1"], Text(loaded.Records));
        Assert.Contains(loaded.Metadata, new[] { At(1), At(2) });
    }

    [Fact]
    public void A_full_disk_fails_the_delta_keeps_the_old_checkpoint_and_passes()
    {
        using var harness = CreateHarness();
        harness.Open();
        Assert.Null(harness.Write(At(1), Put("a", "1")));
        harness.SetDiskFull(true);
        var changes = Enumerable.Range(0, 100).Select(i => Put($"key{i:D3}", new string('v', 1000))).ToArray();

        var problem = harness.Write(At(2), changes);

        Assert.Equal(StorageProblemKind.DiskFull, problem!.Kind);
        Assert.Equal(["a=1 1/1/1"], Text(harness.Load().Records));
        Assert.Equal(At(1), harness.Load().Metadata);

        harness.SetDiskFull(false);
        Assert.Null(harness.Write(At(2), changes));
        harness.Reopen();
        Assert.Equal(101, harness.Load().Records.Count);
        Assert.Equal(At(2), harness.Load().Metadata);
    }

    [Fact]
    public void Damage_is_noticed_when_loading()
    {
        using var harness = CreateHarness();
        harness.Open();
        Assert.Null(harness.Write(At(1), Put("a", "1")));
        harness.Store.Dispose();
        harness.Damage();
        harness.Open();

        Assert.Equal(StorageProblemKind.Corrupt, harness.Load().Problem!.Kind);
    }

    [Fact]
    public void A_snapshot_does_not_see_later_deltas()
    {
        using var harness = CreateHarness();
        harness.Open();
        var before = Enumerable.Range(0, 50).Select(i => Put($"key{i:D3}", "old")).ToArray();
        Assert.Null(harness.Write(At(1), before));
        using var snapshot = harness.OpenSnapshot(100).Snapshot!;
        var first = harness.Read(snapshot, 0).Chunk!;
        Assert.Null(harness.Write(At(2), [.. Enumerable.Range(0, 50).Select(i => i % 2 == 0 ? Delete($"key{i:D3}") : Put($"key{i:D3}", "new", 2))]));
        Assert.Null(harness.Write(At(3), Put("key0005", "between")));

        Assert.Equal(At(1), snapshot.Metadata);
        Assert.Equal(Text(before.Select(change => change.Record!.Value)), Text(harness.ReadAll(snapshot)));
        Assert.Equal(Text(first.Records), Text(harness.Read(snapshot, 0).Chunk!.Records));
        Assert.Equal(26, harness.Load().Records.Count);
    }

    [Fact]
    public void Chunks_are_bounded_and_can_be_read_again_from_anywhere()
    {
        using var harness = CreateHarness();
        harness.Open();
        Assert.Null(harness.Write(At(1), [.. Enumerable.Range(0, 200).Select(i => Put($"key{i:D3}", new string('v', i)))]));
        using var snapshot = harness.OpenSnapshot(1000).Snapshot!;
        using var resumed = harness.OpenSnapshot(1000).Snapshot!;
        var all = harness.ReadAll(snapshot);
        Assert.Equal(200, all.Count);

        var last = 0L;
        while (!harness.Read(snapshot, last).Chunk!.IsLast)
        {
            last++;
        }

        // A snapshot that never read the chunks before gives the same ones.
        foreach (var number in new[] { last, 3, 4, 0, last / 2, last })
        {
            var chunk = harness.Read(snapshot, number).Chunk!;
            var again = harness.Read(resumed, number).Chunk!;
            Assert.Equal(number, chunk.Number);
            Assert.Equal(Text(chunk.Records), Text(again.Records));
            Assert.Equal(chunk.IsLast, again.IsLast);
            Assert.InRange(chunk.Records.SkipLast(1).Sum(record => record.Key.Length + record.Value.Length), 0, 999);
        }
    }

    [Fact]
    public void A_record_larger_than_a_chunk_makes_a_chunk()
    {
        using var harness = CreateHarness();
        harness.Open();
        Assert.Null(harness.Write(At(1), Put("a", new string('v', 5000)), Put("b", "1")));
        using var snapshot = harness.OpenSnapshot(10).Snapshot!;

        Assert.Single(harness.Read(snapshot, 0).Chunk!.Records);
        Assert.True(harness.Read(snapshot, 1).Chunk!.IsLast);
    }

    [Fact]
    public void A_snapshot_of_no_records_is_one_empty_chunk()
    {
        using var harness = CreateHarness();
        harness.Open();
        Assert.Null(harness.Write(At(1)));
        using var snapshot = harness.OpenSnapshot(10).Snapshot!;

        var chunk = harness.Read(snapshot, 0).Chunk!;

        Assert.Empty(chunk.Records);
        Assert.True(chunk.IsLast);
    }

    [Fact]
    public void A_closed_snapshot_says_so()
    {
        using var harness = CreateHarness();
        harness.Open();
        Assert.Null(harness.Write(At(1), Put("a", "1")));
        var snapshot = harness.OpenSnapshot(10).Snapshot!;
        snapshot.Dispose();

        Assert.Equal(StorageProblemKind.Closed, harness.Read(snapshot, 0).Problem!.Kind);
    }

    [Fact]
    public void A_received_checkpoint_takes_the_place_of_the_old_one()
    {
        using var harness = CreateHarness();
        harness.Open();
        Assert.Null(harness.Write(At(1), Put("old", "1")));
        var oldSnapshot = harness.OpenSnapshot(10).Snapshot!;
        var incoming = harness.BeginReceive();
        Assert.Null(harness.Add(incoming, Record("a", "1"), Record("b", "2")));
        Assert.Null(harness.Add(incoming, Record("b", "2"), Record("c", "3")));
        Assert.Null(harness.Write(At(2), Put("old", "2")));
        Assert.Equal(["old=2 1/1/1"], Text(harness.Load().Records));

        Assert.Null(harness.Install(incoming, At(70, node: 4)));

        Assert.Equal(StorageProblemKind.Closed, harness.Read(oldSnapshot, 0).Problem!.Kind);
        Assert.Null(harness.Write(At(71), Put("d", "4"), Delete("a")));
        harness.Crash();
        harness.Open();
        Assert.Equal(["b=2 1/1/1", "c=3 1/1/1", "d=4 1/1/1"], Text(harness.Load().Records));
        Assert.Equal(At(71), harness.Load().Metadata);
    }

    [Fact]
    public void An_unfinished_incoming_checkpoint_is_gone_after_a_crash()
    {
        using var harness = CreateHarness();
        harness.Open();
        Assert.Null(harness.Write(At(1), Put("old", "1")));
        var incoming = harness.BeginReceive();
        Assert.Null(harness.Add(incoming, Record("a", "1")));
        harness.Crash();
        harness.Open();

        Assert.Equal(["old=1 1/1/1"], Text(harness.Load().Records));
        var next = harness.BeginReceive();
        Assert.Null(harness.Install(next, At(9)));
        Assert.Empty(harness.Load().Records);
    }

    [Fact]
    public void A_newer_incoming_checkpoint_ends_the_one_before()
    {
        using var harness = CreateHarness();
        harness.Open();
        var first = harness.BeginReceive();
        Assert.Null(harness.Add(first, Record("a", "1")));
        var second = harness.BeginReceive();
        Assert.Null(harness.Add(second, Record("b", "1")));

        Assert.Equal(StorageProblemKind.Closed, harness.Add(first, Record("c", "1"))!.Kind);
        Assert.Equal(StorageProblemKind.Closed, harness.Install(first, At(1))!.Kind);
        Assert.Null(harness.Install(second, At(2)));
        Assert.Equal(["b=1 1/1/1"], Text(harness.Load().Records));
    }

    [Fact]
    public void An_incoming_checkpoint_that_was_given_up_leaves_the_old_one()
    {
        using var harness = CreateHarness();
        harness.Open();
        Assert.Null(harness.Write(At(1), Put("old", "1")));
        var incoming = harness.BeginReceive();
        Assert.Null(harness.Add(incoming, Record("a", "1")));
        incoming.Dispose();

        Assert.Equal(StorageProblemKind.Closed, harness.Install(incoming, At(5))!.Kind);
        Assert.Equal(["old=1 1/1/1"], Text(harness.Load().Records));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_sequence_of_deltas_leaves_what_a_dictionary_would_hold(int seed)
    {
        using var harness = CreateHarness(seed);
        harness.Open();
        var random = new Random(seed);
        var model = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var index = 1; index <= 40; index++)
        {
            var changes = new List<CheckpointChange>();
            for (var i = random.Next(20); i > 0; i--)
            {
                var key = $"k{random.Next(60):D2}";
                if (random.Next(3) == 0)
                {
                    model.Remove(key);
                    changes.Add(Delete(key));
                }
                else
                {
                    model[key] = $"{index}.{i}{(random.Next(10) == 0 ? new string('w', 9000) : "")}";
                    changes.Add(Put(key, model[key]));
                }
            }

            Assert.Null(harness.Write(At(index), [.. changes]));
            if (random.Next(5) == 0)
            {
                harness.Crash();
                harness.Open();
                var loaded = harness.Load();
                Assert.Equal(At(index), loaded.Metadata);
                Assert.Equal<string[]>([.. model.Select(pair => $"{pair.Key}={pair.Value} 1/1/1")], Text(loaded.Records));
            }
        }

        using var snapshot = harness.OpenSnapshot(300).Snapshot!;
        Assert.Equal<string[]>([.. model.Select(pair => $"{pair.Key}={pair.Value} 1/1/1")], Text(harness.ReadAll(snapshot)));
    }
}

public sealed class SimulatedCheckpointStoreContractTests : CheckpointStoreContract
{
    private protected override CheckpointHarness CreateHarness(int seed = 1) => new SimulatedCheckpointHarness(seed);
}
