using System.Text;
using Keva.Store;
using Keva.Store.Commands;

namespace Keva.Tests.Store;

public sealed class StateMachineTests
{
    private readonly StoreReplica replica = new();

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    [Fact]
    public void Every_set_takes_one_revision_also_with_an_equal_value()
    {
        Assert.Equal(1, replica.Set("a", "1").Revision);
        Assert.Equal(2, replica.Set("a", "1").Revision);
        Assert.Equal(3, replica.Set("b", "1").Revision);
        Assert.Equal(3, replica.Machine.Revision);
    }

    [Fact]
    public void A_delete_takes_a_revision_only_if_there_was_a_key()
    {
        replica.Set("a", "1");

        Assert.Equal((1L, false), (replica.Delete("b").Revision, replica.Delete("b").Existed));
        var hash = replica.Machine.StateHash;
        replica.Delete("b");
        Assert.Equal(hash, replica.Machine.StateHash);
        var deleted = replica.Delete("a");
        Assert.Equal((2L, true), (deleted.Revision, deleted.Existed));
        Assert.Equal((2L, false), (replica.Delete("a").Revision, replica.Delete("a").Existed));
    }

    [Fact]
    public void A_record_knows_when_it_was_created_and_changed_and_how_often()
    {
        replica.Set("other", "");
        replica.Set("a", "1");
        replica.Set("other", "");
        replica.Set("a", "2");

        var record = replica.Get("a")!.Value;
        Assert.Equal((2L, 4L, 2L), (record.CreateRevision, record.ModRevision, record.Version));
        Assert.Equal("2", Text(record.Value));
    }

    [Fact]
    public void A_key_that_was_deleted_starts_anew()
    {
        replica.Set("a", "1");
        replica.Set("a", "2");
        replica.Delete("a");
        Assert.Null(replica.Get("a"));
        replica.Set("a", "3");

        var record = replica.Get("a")!.Value;
        Assert.Equal((4L, 4L, 1L), (record.CreateRevision, record.ModRevision, record.Version));
    }

    [Fact]
    public void A_result_says_whose_command_it_was_and_what_it_did()
    {
        var origin = new ProposalOrigin(12, 34);
        byte[] key = [1];
        var set = replica.Apply(CommandCodec.Encode(origin, new SetCommand(key, "old"u8.ToArray())));
        var replaced = replica.Apply(CommandCodec.Encode(origin, new SetCommand(key, "new"u8.ToArray())));
        var deleted = replica.Apply(CommandCodec.Encode(origin, new DeleteCommand(key)));

        Assert.Equal((origin, CommandKind.Set, 1L, false, ""), (set.Origin, set.Kind, set.Revision, set.Existed, Text(set.Previous)));
        Assert.Equal((origin, CommandKind.Set, 2L, true, ""), (replaced.Origin, replaced.Kind, replaced.Revision, replaced.Existed, Text(replaced.Previous)));
        Assert.Equal((origin, CommandKind.Delete, 3L, true, "new"), (deleted.Origin, deleted.Kind, deleted.Revision, deleted.Existed, Text(deleted.Previous)));
    }

    [Fact]
    public void An_empty_value_is_not_a_missing_key()
    {
        replica.Set("a", "");

        Assert.Equal(0, replica.Get("a")!.Value.Value.Length);
        Assert.Null(replica.Get("b"));
        Assert.True(replica.Delete("a").Existed);
    }

    [Fact]
    public void A_value_that_was_handed_out_stays_as_it_was()
    {
        replica.Set("a", "before");
        var value = replica.Get("a")!.Value.Value;
        replica.Set("a", "after!");
        replica.Delete("a");

        Assert.Equal("before", Text(value));
    }

    [Fact]
    public void The_payload_may_be_reused_once_it_was_applied()
    {
        var payload = CommandCodec.Encode(default, new SetCommand("key"u8.ToArray(), "value"u8.ToArray()));
        replica.Apply(payload);
        payload.AsSpan().Fill(0xee);

        Assert.Equal("value", Text(replica.Get("key")!.Value.Value));
        replica.Machine.CheckInvariants();
    }

    [Fact]
    public void The_longest_keys_and_values_come_back_whole()
    {
        var random = new Random(1);
        var key = Encoding.UTF8.GetBytes(new string('k', 4095) + "1");
        var sibling = Encoding.UTF8.GetBytes(new string('k', 4095) + "2");
        var value = new byte[1024 * 1024];
        random.NextBytes(value);
        replica.Set(key, value);
        replica.Set(sibling, []);

        Assert.True(replica.Machine.TryGet(key, out var record));
        Assert.True(record.Value.Span.SequenceEqual(value));
        Assert.Equal((2 * 4096) + value.Length, replica.Machine.ContentBytes);
        Assert.Equal([key, sibling], replica.Machine.From(default).Select(other => other.Key.ToArray()));
    }

    [Fact]
    public void Keys_in_any_script_are_different_keys_if_their_bytes_differ()
    {
        replica.Set("é", "composed");
        replica.Set("e\u0301", "decomposed");
        replica.Set("É", "capital");
        replica.Set("鍵", "kanji");

        Assert.Equal("composed", Text(replica.Get("é")!.Value.Value));
        Assert.Equal("decomposed", Text(replica.Get("e\u0301")!.Value.Value));
        Assert.Equal(4, replica.Machine.Count);
    }

    [Fact]
    public void An_entry_without_a_command_only_advances_the_applied_index_and_term()
    {
        replica.Set("a", "1");
        var hash = replica.Machine.StateHash;
        replica.ApplyEmpty(term: 5);

        Assert.Equal((2L, 5L, 1L, hash), (replica.Machine.AppliedIndex, replica.Machine.AppliedTerm, replica.Machine.Revision, replica.Machine.StateHash));
    }

    [Theory]
    [InlineData(3, 1)] // one left out
    [InlineData(1, 1)] // one applied twice
    [InlineData(0, 1)]
    [InlineData(2, 0)] // a term that went back
    public void An_entry_out_of_order_stops_the_state_machine(long index, long term)
    {
        replica.Set("a", "1");
        var before = replica.Machine.Describe();
        var payload = CommandCodec.Encode(default, new SetCommand("b"u8.ToArray(), default));

        Assert.Throws<StoreInvariantException>(() => replica.Machine.Apply(index, term, payload));
        Assert.Throws<StoreInvariantException>(() => replica.Machine.ApplyEmpty(index, term));
        Assert.Equal(before, replica.Machine.Describe());
    }

    [Theory]
    [InlineData("")]
    [InlineData("00000000000000000000000000000000" + "0101" + "05000000" + "6b")]
    [InlineData("00000000000000000000000000000000" + "0102")]
    [InlineData("00000000000000000000000000000000" + "0103" + "6b")]
    [InlineData("00000000000000000000000000000000" + "0202" + "6b")]
    public void A_committed_command_that_cannot_be_read_stops_the_state_machine_unchanged(string payload)
    {
        replica.Set("a", "1");
        var before = replica.Machine.Describe();

        Assert.Throws<StoreInvariantException>(() => replica.Apply(Convert.FromHexString(payload)));
        Assert.Equal(before, replica.Machine.Describe());
    }

    [Theory]
    [InlineData("mixed", 1)]
    [InlineData("mixed", 2)]
    [InlineData("counters", 3)]
    [InlineData("zeros", 4)]
    public void Behaves_as_a_dictionary_with_a_counter_under_random_commands(string family, int seed)
    {
        var random = new Random(seed);
        var model = new SortedDictionary<byte[], (byte[] Value, long Create, long Mod, long Version)>(ByteOrder.Instance);
        var revision = 0L;
        for (var step = 0; step < 4000; step++)
        {
            var key = RandomKeys.Next(random, family);
            var existed = model.TryGetValue(key, out var old);
            ApplyResult result;
            if (random.Next(3) > 0)
            {
                var value = new byte[random.Next(8)];
                random.NextBytes(value);
                result = replica.Set(key, value);
                revision++;
                model[key] = (value, existed ? old.Create : revision, revision, existed ? old.Version + 1 : 1);
            }
            else
            {
                result = replica.Delete(key);
                revision += existed ? 1 : 0;
                model.Remove(key);
                Assert.Equal(old.Value ?? [], result.Previous.ToArray());
            }

            Assert.Equal((revision, existed), (result.Revision, result.Existed));
        }

        replica.Machine.CheckInvariants();
        Assert.Equal(
            model.Select(pair => (Convert.ToHexString(pair.Key), Convert.ToHexString(pair.Value.Value), pair.Value.Create, pair.Value.Mod, pair.Value.Version)),
            replica.Machine.From(default).Select(record => (Convert.ToHexString(record.Key.Span), Convert.ToHexString(record.Value.Span), record.CreateRevision, record.ModRevision, record.Version)));
    }
}
