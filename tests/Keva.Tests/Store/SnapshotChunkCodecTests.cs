using Keva.Store;
using Keva.Store.Checkpoints;
using Keva.Store.Snapshots;

namespace Keva.Tests.Store;

public sealed class SnapshotChunkCodecTests
{
    private static StateMachine Filled(int seed, int commands)
    {
        var replica = new StoreReplica();
        var random = new Random(seed);
        for (var i = 0; i < commands; i++)
        {
            replica.ApplyRandom(random, "mixed");
        }

        return replica.Machine;
    }

    private static List<ReadOnlyMemory<byte>> Pack(StateMachine machine, int maxChunkBytes)
    {
        var chunks = new List<ReadOnlyMemory<byte>>();
        var writer = new SnapshotChunkWriter(maxChunkBytes);
        foreach (var record in machine.From(default))
        {
            if (!writer.TryAdd(record.View))
            {
                chunks.Add(writer.Take());
                Assert.True(writer.TryAdd(record.View));
            }
        }

        if (writer.Count > 0)
        {
            chunks.Add(writer.Take());
        }

        return chunks;
    }

    /// <summary>Null if a chunk is refused.</summary>
    private static LoadResult? Unpack(ReadOnlySpan<byte> header, IEnumerable<ReadOnlyMemory<byte>> chunks)
    {
        if (!SnapshotChunkCodec.TryReadHeader(header, out var metadata))
        {
            return null;
        }

        var loader = new StateMachineLoader(metadata);
        foreach (var chunk in chunks)
        {
            if (!SnapshotChunkCodec.TryReadRecords(chunk, out var records))
            {
                return null;
            }

            var count = 0;
            foreach (var record in records)
            {
                loader.Add(record);
                count++;
            }

            Assert.Equal(records.Count, count);
        }

        return loader.Complete();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(5000)]
    [InlineData(1_000_000)]
    public void A_state_goes_through_chunks_of_any_size(int maxChunkBytes)
    {
        var original = Filled(1, 1500);
        var chunks = Pack(original, maxChunkBytes);

        var loaded = Unpack(SnapshotChunkCodec.EncodeHeader(original.Describe()), chunks)!.StateMachine!;

        Assert.Equal(original.Describe(), loaded.Describe());
        Assert.Equal(original.From(default), loaded.From(default));
    }

    [Fact]
    public void Chunks_keep_to_the_bound_and_a_longer_record_goes_alone()
    {
        var replica = new StoreReplica();
        for (var i = 0; i < 100; i++)
        {
            replica.Set($"{i:d3}", new string('v', i == 50 ? 5000 : 100));
        }

        var chunks = Pack(replica.Machine, 1000);

        var longer = Assert.Single(chunks, chunk => chunk.Length > 1000);
        Assert.True(SnapshotChunkCodec.TryReadRecords(longer, out var alone));
        Assert.Equal(1, alone.Count);
        // A record takes 135 bytes here, so that a chunk that is not the last before a gap holds seven.
        Assert.All(chunks, chunk => Assert.True(SnapshotChunkCodec.TryReadRecords(chunk, out var records) && records.Count <= 7));
        Assert.InRange(chunks.Count, 99 / 7, 18);
    }

    [Fact]
    public void The_bytes_are_those_that_other_nodes_read()
    {
        var replica = new StoreReplica();
        replica.Set("k1", "v1");
        replica.Set("k1", "v2");

        Assert.Equal(
            "0102" + "01000000" + "02000000" + "02000000" + "0100000000000000" + "0200000000000000" + "0200000000000000" + "6b31" + "7632",
            Convert.ToHexStringLower(Assert.Single(Pack(replica.Machine, 1000)).Span));
        Assert.Equal(
            "0101" + "0700000000000000" + "0300000000000000" + "0500000000000000" + "0400000000000000" + "efcdab00000000000000000000000000",
            Convert.ToHexStringLower(SnapshotChunkCodec.EncodeHeader(new CheckpointMetadata(7, 3, 5, 4, 0xabcdef))));
    }

    [Fact]
    public void Every_truncation_and_every_extension_is_refused()
    {
        var original = Filled(2, 60);
        var chunk = Assert.Single(Pack(original, 1_000_000));
        var header = SnapshotChunkCodec.EncodeHeader(original.Describe());

        for (var length = 0; length < chunk.Length; length += length < 2000 || length > chunk.Length - 2000 ? 1 : 97)
        {
            Assert.False(SnapshotChunkCodec.TryReadRecords(chunk[..length], out _));
        }

        for (var length = 0; length < header.Length; length++)
        {
            Assert.False(SnapshotChunkCodec.TryReadHeader(header.AsSpan(0, length), out _));
        }

        Assert.False(SnapshotChunkCodec.TryReadRecords((byte[])[.. chunk.Span, 0], out _));
        Assert.False(SnapshotChunkCodec.TryReadHeader((byte[])[.. header, 0], out _));
        Assert.False(SnapshotChunkCodec.TryReadHeader(chunk.Span, out _));
        Assert.False(SnapshotChunkCodec.TryReadRecords(header, out _));
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public void A_mutated_chunk_is_refused_or_its_state_is(int seed)
    {
        var random = new Random(seed);
        var replica = new StoreReplica();
        for (var i = 0; i < 60; i++)
        {
            replica.ApplyRandom(random, "shared beginnings");
        }

        var header = SnapshotChunkCodec.EncodeHeader(replica.Machine.Describe());
        var chunk = Assert.Single(Pack(replica.Machine, 1_000_000)).ToArray();
        for (var i = 0; i < 3000; i++)
        {
            var mutated = chunk.ToArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            }

            if (!mutated.AsSpan().SequenceEqual(chunk) && Unpack(header, [mutated]) is { } result)
            {
                Assert.NotEqual(LoadProblem.None, result.Problem);
                Assert.Null(result.StateMachine);
            }
        }
    }

    [Theory]
    [InlineData(2, 0u)] // no records at all
    [InlineData(2, 0xffffffffu)]
    [InlineData(6, 0u)] // a record without a key
    [InlineData(6, 0xffffffffu)]
    [InlineData(10, 0xffffffffu)]
    [InlineData(6, 0x80000000u)]
    [InlineData(10, 0x7fffffffu)]
    public void Lengths_and_counts_that_the_chunk_cannot_hold_are_refused(int position, uint number)
    {
        var replica = new StoreReplica();
        replica.Set("key", "value");
        var chunk = Assert.Single(Pack(replica.Machine, 1000)).ToArray();
        BitConverter.TryWriteBytes(chunk.AsSpan(position), number);

        Assert.False(SnapshotChunkCodec.TryReadRecords(chunk, out _));
    }

    [Fact]
    public void Records_that_are_not_in_order_within_a_chunk_are_refused()
    {
        var writer = new SnapshotChunkWriter(1000);
        writer.TryAdd(new RecordView("b"u8, [], 1, 1, 1));
        writer.TryAdd(new RecordView("a"u8, [], 2, 2, 1));
        Assert.False(SnapshotChunkCodec.TryReadRecords(writer.Take(), out _));

        writer.TryAdd(new RecordView("a"u8, [], 1, 1, 1));
        writer.TryAdd(new RecordView("a"u8, [], 2, 2, 1));
        Assert.False(SnapshotChunkCodec.TryReadRecords(writer.Take(), out _));
    }

    [Fact]
    public void A_chunk_that_comes_twice_or_in_the_wrong_place_does_not_make_a_state()
    {
        var original = Filled(3, 800);
        var header = SnapshotChunkCodec.EncodeHeader(original.Describe());
        var chunks = Pack(original, 2000);

        Assert.Equal(LoadProblem.KeyOutOfOrder, Unpack(header, chunks.Prepend(chunks[0]))!.Problem);
        Assert.Equal(LoadProblem.KeyOutOfOrder, Unpack(header, chunks.AsEnumerable().Reverse())!.Problem);
        Assert.Equal(LoadProblem.WrongRecordCount, Unpack(header, chunks.SkipLast(1))!.Problem);
    }

    [Fact]
    public void There_is_no_chunk_without_records() =>
        Assert.Throws<InvalidOperationException>(() => new SnapshotChunkWriter(10).Take());
}
