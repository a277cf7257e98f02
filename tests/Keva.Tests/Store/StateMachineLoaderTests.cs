using System.Text;
using Keva.Store;
using Keva.Store.Checkpoints;

namespace Keva.Tests.Store;

public sealed class StateMachineLoaderTests
{
    private static StateMachine Filled(int seed, int commands, string family = "mixed")
    {
        var replica = new StoreReplica();
        var random = new Random(seed);
        for (var i = 0; i < commands; i++)
        {
            replica.ApplyRandom(random, family);
        }

        return replica.Machine;
    }

    private static LoadResult Load(CheckpointMetadata metadata, IEnumerable<KeyValueRecord> records)
    {
        var loader = new StateMachineLoader(metadata);
        foreach (var record in records)
        {
            loader.Add(record.View);
        }

        return loader.Complete();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(5000)]
    public void What_was_written_comes_back_equal_and_clean(int commands)
    {
        var original = Filled(1, commands);
        var loaded = Load(original.Describe(), original.From(default)).StateMachine!;

        loaded.CheckInvariants();
        Assert.Equal(original.Describe(), loaded.Describe());
        Assert.Equal(original.From(default), loaded.From(default));
        Assert.Equal(original.ContentBytes, loaded.ContentBytes);
        Assert.Equal(0, loaded.DirtyCount);
        Assert.Equal(original.AppliedIndex, loaded.TakeDelta().BaseIndex);
    }

    [Fact]
    public void Trees_of_every_size_around_those_of_nodes_are_built_in_order()
    {
        // 56 records fill a leaf of a built tree, 56 leaves a branch.
        foreach (var size in new[] { 1, 55, 56, 57, 112, 113, 1000, (56 * 56) - 1, 56 * 56, (56 * 56) + 1, (56 * 57) + 1, 20_000 })
        {
            var replica = new StoreReplica();
            for (var i = 0; i < size; i++)
            {
                replica.Set($"{i:d6}", "");
            }

            var loaded = Load(replica.Machine.Describe(), replica.Machine.From(default)).StateMachine!;
            loaded.CheckInvariants();
            Assert.Equal(size, loaded.Count);
            for (var i = 0; i < size; i += 7)
            {
                Assert.True(loaded.TryGet(Encoding.UTF8.GetBytes($"{i:d6}"), out _));
            }
        }
    }

    [Fact]
    public void A_loaded_state_machine_goes_on_as_if_it_had_never_stopped()
    {
        var original = new StoreReplica(Filled(3, 3000));
        var loaded = new StoreReplica(Load(original.Machine.Describe(), original.Machine.From(default)).StateMachine!);
        var random = new Random(4);
        var sameRandom = new Random(4);
        for (var i = 0; i < 3000; i++)
        {
            original.ApplyRandom(random, "mixed");
            loaded.ApplyRandom(sameRandom, "mixed");
        }

        loaded.Machine.CheckInvariants();
        Assert.Equal(original.Machine.Describe(), loaded.Machine.Describe());
        Assert.Equal(original.Machine.LatestMark, loaded.Machine.LatestMark);
    }

    [Fact]
    public void Loaded_at_a_marked_index_the_mark_is_there_again()
    {
        var replica = new StoreReplica();
        replica.Set("a", "1");
        while (replica.Machine.AppliedIndex < 1024)
        {
            replica.ApplyEmpty();
        }

        var loaded = Load(replica.Machine.Describe(), replica.Machine.From(default)).StateMachine!;
        Assert.Equal(replica.Machine.LatestMark, loaded.LatestMark);
    }

    [Fact]
    public void A_flipped_bit_anywhere_is_noticed()
    {
        var original = Filled(5, 40, "shared beginnings");
        var records = original.From(default).ToArray();
        for (var position = 0; position < records.Length; position++)
        {
            var record = records[position];
            var key = record.Key.ToArray();
            var value = record.Value.ToArray();
            key[^1] ^= 0x40;
            Assert.NotEqual(LoadProblem.None, LoadWith(position, new RecordView(key, value, record.CreateRevision, record.ModRevision, record.Version)));
            key[^1] ^= 0x40;
            if (value.Length > 0)
            {
                value[0] ^= 1;
                Assert.Equal(LoadProblem.HashMismatch, LoadWith(position, new RecordView(key, value, record.CreateRevision, record.ModRevision, record.Version)));
                value[0] ^= 1;
            }

            Assert.Equal(LoadProblem.HashMismatch, LoadWith(position, new RecordView(key, value, record.CreateRevision, record.ModRevision, record.Version + 1)));
        }

        LoadProblem LoadWith(int position, RecordView changed)
        {
            var loader = new StateMachineLoader(original.Describe());
            for (var i = 0; i < records.Length; i++)
            {
                loader.Add(i == position ? changed : records[i].View);
            }

            return loader.Complete().Problem;
        }
    }

    [Fact]
    public void A_missing_a_double_and_an_additional_record_are_noticed()
    {
        var original = Filled(6, 200);
        var records = original.From(default).ToArray();
        var additional = KeyValueRecord.Create(new RecordView([0xf5], [], 1, 1, 1));

        Assert.Equal(LoadProblem.WrongRecordCount, Load(original.Describe(), records[1..]).Problem);
        Assert.Equal(LoadProblem.WrongRecordCount, Load(original.Describe(), records.Append(additional)).Problem);
        Assert.Equal(LoadProblem.KeyOutOfOrder, Load(original.Describe(), records.Prepend(records[0])).Problem);
        Assert.Equal(LoadProblem.KeyOutOfOrder, Load(original.Describe(), records.Reverse()).Problem);
    }

    [Fact]
    public void Wrong_metadata_are_noticed()
    {
        var original = Filled(7, 200);
        var good = original.Describe();

        Assert.Equal(LoadProblem.HashMismatch, Load(good with { Revision = good.Revision + 1 }, original.From(default)).Problem);
        Assert.Equal(LoadProblem.HashMismatch, Load(good with { StateHash = good.StateHash + 1 }, original.From(default)).Problem);
        Assert.Equal(LoadProblem.MalformedRecord, Load(good with { Revision = 1 }, original.From(default)).Problem);
        foreach (var bad in new[] { good with { AppliedIndex = -1 }, good with { AppliedTerm = -1 }, good with { Revision = -1 }, good with { RecordCount = -1 }, good with { AppliedIndex = 0 } })
        {
            Assert.Equal(LoadProblem.MalformedMetadata, Load(bad, original.From(default)).Problem);
        }
    }

    [Fact]
    public void A_malformed_record_is_refused_with_its_number_and_ends_the_loading()
    {
        var original = Filled(8, 200);
        var loader = new StateMachineLoader(original.Describe());
        var first = original.From(default).First();
        Assert.True(loader.Add(first.View));

        Assert.False(loader.Add(new RecordView([], [], 1, 1, 1)));
        Assert.False(loader.Add(original.From(default).ElementAt(1).View));

        var result = loader.Complete();
        Assert.Equal(LoadProblem.MalformedRecord, result.Problem);
        Assert.Contains("Record 1 ", result.Detail, StringComparison.Ordinal);
        Assert.Null(result.StateMachine);
    }
}
