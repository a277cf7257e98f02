using System.Buffers.Binary;
using System.Security.Cryptography;
using Keva.Store;

namespace Keva.Tests.Store;

public sealed class StateHashTests
{
    private readonly StoreReplica replica = new();

    /// <summary>The hash as its documentation says it, from nothing but the records and the revision.</summary>
    private static UInt128 Expected(StateMachine machine)
    {
        var sum = FirstHalf([.. "keva-rev"u8, .. BitConverter.GetBytes(machine.Revision)]);
        foreach (var record in machine.From(default))
        {
            sum = unchecked(sum + FirstHalf([
                .. BitConverter.GetBytes(record.Key.Length),
                .. BitConverter.GetBytes(record.CreateRevision),
                .. BitConverter.GetBytes(record.ModRevision),
                .. BitConverter.GetBytes(record.Version),
                .. record.Key.Span,
                .. record.Value.Span]));
        }

        return sum;

        static UInt128 FirstHalf(byte[] input) => BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(input));
    }

    [Fact]
    public void The_running_hash_is_the_hash_of_the_content_after_every_command()
    {
        var random = new Random(5);
        for (var step = 0; step < 300; step++)
        {
            replica.ApplyRandom(random, "shared beginnings");
            Assert.Equal(Expected(replica.Machine), replica.Machine.StateHash);
        }
    }

    [Fact]
    public void Replicas_that_applied_the_same_entries_have_the_same_hash()
    {
        var other = new StoreReplica();
        var random = new Random(6);
        var sameRandom = new Random(6);
        for (var step = 0; step < 2000; step++)
        {
            replica.ApplyRandom(random, "mixed");
            other.ApplyRandom(sameRandom, "mixed");
            Assert.Equal(replica.Machine.StateHash, other.Machine.StateHash);
        }
    }

    [Fact]
    public void Equal_states_have_equal_hashes_whatever_led_to_them()
    {
        // Both end with a:1@3 alone and revision 3; entries without effect and the way there do not matter.
        replica.Set("x", "1");
        replica.Delete("x");
        replica.Set("a", "1");
        var other = new StoreReplica();
        other.ApplyEmpty();
        other.Set("something else", "2");
        other.Delete("nothing");
        other.Delete("something else");
        other.Set("a", "1");

        Assert.Equal(replica.Machine.StateHash, other.Machine.StateHash);
    }

    [Fact]
    public void Any_difference_in_key_value_history_or_revision_changes_the_hash()
    {
        string[][] histories =
        [
            [],
            ["set a 1"],
            ["set a 2"],
            ["set b 1"],
            ["set a1 "], // the same bytes, divided otherwise
            ["set a 1", "set a 1"],
            ["set a 1", "delete a"],
            ["set a 1", "set b 1"],
            ["set b 1", "set a 1"], // the same keys and values, created in another order
            ["set a 1", "set b 1", "set a 1"],
            ["set a 1", "delete a", "set a 1"],
        ];

        var hashes = histories.Select(history =>
        {
            var machine = new StoreReplica();
            foreach (var line in history)
            {
                var words = line.Split(' ');
                _ = words[0] == "set" ? machine.Set(words[1], words[2]) : machine.Delete(words[1]);
            }

            return machine.Machine.StateHash;
        }).ToArray();

        Assert.Equal(histories.Length, hashes.Distinct().Count());
    }

    [Fact]
    public void A_mark_is_left_at_every_multiple_of_the_interval_and_the_last_sixteen_are_kept()
    {
        var random = new Random(8);
        var expected = new List<StateMark>();
        Assert.Null(replica.Machine.LatestMark);
        for (var index = 1; index <= 40 * 1024; index++)
        {
            if (random.Next(50) == 0)
            {
                replica.ApplyRandom(random, "zeros");
            }
            else
            {
                replica.ApplyEmpty();
            }

            if (index % 1024 == 0)
            {
                expected.Add(new StateMark(index, replica.Machine.StateHash));
                Assert.Equal(expected[^1], replica.Machine.LatestMark);
                Assert.Equal(expected.TakeLast(16), replica.Machine.Marks);
            }
        }

        Assert.True(replica.Machine.TryGetMark(25 * 1024, out var mark));
        Assert.Equal(expected[24], mark);
        Assert.False(replica.Machine.TryGetMark(24 * 1024, out _));
        Assert.False(replica.Machine.TryGetMark((25 * 1024) + 1, out _));
        Assert.False(replica.Machine.TryGetMark(41 * 1024, out _));
        Assert.False(replica.Machine.TryGetMark(0, out _));
    }
}
