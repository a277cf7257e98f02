using System.Text;
using Keva.Store;

namespace Keva.Tests.Store;

public sealed class KeyValueMapTests
{
    private static KeyValueRecord Record(byte[] key, long revision = 1, int valueLength = 3) =>
        KeyValueRecord.Create(new RecordView(key, new byte[valueLength], revision, revision, 1));

    private static byte[] Key(string text) => Encoding.UTF8.GetBytes(text);

    public static TheoryData<string, int> FamiliesAndSeeds()
    {
        var data = new TheoryData<string, int>();
        foreach (var family in RandomKeys.Families)
        {
            data.Add(family, 1);
            data.Add(family, 2);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(FamiliesAndSeeds))]
    public void Behaves_as_a_sorted_dictionary_under_random_operations(string family, int seed)
    {
        var random = new Random(seed);
        var map = new KeyValueMap();
        var model = new SortedDictionary<byte[], KeyValueRecord>(ByteOrder.Instance);

        for (var step = 1; step <= (family == "long" ? 1000 : 6000); step++)
        {
            // Phases of growth and of decay, so that nodes split, merge and share out.
            var key = RandomKeys.Next(random, family);
            model.TryGetValue(key, out var expected);
            Assert.Equal(!expected.IsNone, map.TryGet(key, out var found));
            Assert.Equal(expected, found);
            if (random.Next(100) < (step / 700 % 2 == 0 ? 85 : 10))
            {
                var record = Record(key, step, random.Next(5));
                Assert.Equal(expected, map.Put(record));
                model[key] = record;
            }
            else
            {
                Assert.Equal(expected, map.Remove(key));
                model.Remove(key);
            }

            if (step % 500 == 0)
            {
                map.CheckInvariants();
                Assert.Equal(model.Values, map.All());
                Assert.Equal(model.Count, map.Count);
                Assert.Equal(model.Sum(pair => (long)pair.Key.Length + pair.Value.Value.Length), map.ContentBytes);
                var from = RandomKeys.Next(random, family);
                Assert.Equal(model.Where(pair => ByteOrder.Instance.Compare(pair.Key, from) >= 0).Select(pair => pair.Value), map.From(from));
            }
        }
    }

    [Theory]
    [InlineData("ascending")]
    [InlineData("descending")]
    [InlineData("shuffled")]
    public void A_large_map_is_filled_and_emptied_in_any_order(string order)
    {
        const int Size = 20_000;
        var keys = Enumerable.Range(0, Size).Select(i => Key($"users/{i:d8}")).ToArray();
        if (order == "descending")
        {
            Array.Reverse(keys);
        }
        else if (order == "shuffled")
        {
            new Random(7).Shuffle(keys);
        }

        var map = new KeyValueMap();
        foreach (var key in keys)
        {
            Assert.True(map.Put(Record(key)).IsNone);
        }

        map.CheckInvariants();
        Assert.Equal(Size, map.All().Count());
        for (var i = 0; i < Size; i++)
        {
            Assert.False(map.Remove(keys[i]).IsNone);
            if (i % 1000 == 0)
            {
                map.CheckInvariants();
            }
        }

        map.CheckInvariants();
        Assert.Equal(0, map.Count);
        Assert.Equal(0, map.ContentBytes);
        Assert.Empty(map.All());
    }

    [Fact]
    public void Emptied_from_the_right_the_map_stays_in_order()
    {
        // The right edge is where nodes may be nearly empty.
        var map = new KeyValueMap();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 9000; i++)
            {
                map.Put(Record(Key($"{i:d6}")));
            }

            for (var i = 8999; i >= 0; i--)
            {
                Assert.False(map.Remove(Key($"{i:d6}")).IsNone);
                if (i % 97 == 0)
                {
                    map.CheckInvariants();
                }
            }
        }

        Assert.Equal(0, map.Count);
    }

    [Fact]
    public void Keys_are_ordered_by_unsigned_bytes_and_a_beginning_comes_first()
    {
        var map = new KeyValueMap();
        byte[][] keys = [[0x7f], [0x80], [0xff], [0x01], [0x01, 0x00], [0x01, 0x00, 0x00], Key("é"), Key("z"), Key("Z")];
        foreach (var key in keys)
        {
            map.Put(Record(key));
        }

        Assert.Equal(keys.Order(ByteOrder.Instance), map.All().Select(record => record.Key.ToArray()));
    }

    [Fact]
    public void A_range_starts_at_the_key_or_at_the_next_one_and_goes_over_leaves()
    {
        var map = new KeyValueMap();
        for (var i = 0; i < 1000; i++)
        {
            map.Put(Record(Key($"{2 * i:d5}")));
        }

        Assert.Equal(Enumerable.Range(250, 750).Select(i => 2 * i), map.From(Key("00500")).Select(Number));
        Assert.Equal(Enumerable.Range(251, 749).Select(i => 2 * i), map.From(Key("00501")).Select(Number));
        Assert.Equal(1000, map.From(Key("")).Count());
        Assert.Empty(map.From(Key("09999")));

        static int Number(KeyValueRecord record) => int.Parse(record.Key.Span, System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void A_change_ends_an_enumeration_that_is_under_way()
    {
        var map = new KeyValueMap();
        map.Put(Record(Key("a")));
        using var records = map.All().GetEnumerator();
        map.Put(Record(Key("b")));

        Assert.Throws<InvalidOperationException>(() => records.MoveNext());
    }

    [Fact]
    public void A_record_does_not_share_memory_with_what_it_was_made_of()
    {
        var key = Key("key");
        var value = Key("value");
        var record = KeyValueRecord.Create(new RecordView(key, value, 1, 2, 2));

        key.AsSpan().Clear();
        value.AsSpan().Clear();

        Assert.Equal(Key("key"), record.Key.ToArray());
        Assert.Equal(Key("value"), record.Value.ToArray());
        Assert.Equal((1, 2, 2), (record.CreateRevision, record.ModRevision, record.Version));
    }

    [Fact]
    public void A_record_without_a_key_or_with_impossible_revisions_is_not_made()
    {
        Assert.Throws<StoreInvariantException>(() => KeyValueRecord.Create(new RecordView([], [1], 1, 1, 1)));
        Assert.Throws<StoreInvariantException>(() => KeyValueRecord.Create(new RecordView([1], [], 0, 1, 1)));
        Assert.Throws<StoreInvariantException>(() => KeyValueRecord.Create(new RecordView([1], [], 2, 1, 1)));
        Assert.Throws<StoreInvariantException>(() => KeyValueRecord.Create(new RecordView([1], [], 1, 1, 0)));
    }
}
