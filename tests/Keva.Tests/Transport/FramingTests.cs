using Keva.Node.Transport;
using Keva.Node.Transport.Codec;
using Keva.Node.Transport.Framing;
using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Messages;

namespace Keva.Tests.Transport;

public sealed class FramingTests
{
    private const int Limit = 1024 * 1024;

    private static readonly RaftMessage Heartbeat = new HeartbeatRequest(new Term(7), new LogIndex(43), 1000, StateHashMark.None);

    [Fact]
    public void The_checksum_is_the_published_one()
    {
        // The check value of CRC-32C, and a vector of RFC 3720 appendix B.4.
        Assert.Equal(0xe3069283u, Crc32C.Append(0, "123456789"u8));
        Assert.Equal(0x8a9136aau, Crc32C.Append(0, new byte[32]));
        Assert.Equal(0xe3069283u, Crc32C.Append(Crc32C.Append(0, "1234"u8), "56789"u8));
    }

    [Theory]
    [InlineData((byte)'K', ConnectionKind.Peer)]
    [InlineData(0, ConnectionKind.Gossip)]
    [InlineData(13, ConnectionKind.Gossip)]
    [InlineData(14, ConnectionKind.Unknown)]
    [InlineData(244, ConnectionKind.Gossip)]
    [InlineData(0x16, ConnectionKind.Tls)]
    [InlineData((byte)'G', ConnectionKind.Unknown)]
    public void The_first_byte_tells_the_protocol(byte first, ConnectionKind kind)
    {
        Assert.Equal(kind, FirstByte.Classify(first));
        Assert.Equal(kind == ConnectionKind.Peer, FirstByte.WhyRefused(first) is null);
    }

    [Theory]
    [InlineData(1, 1, 1, 1, 1)]
    [InlineData(1, 3, 2, 5, 3)]
    [InlineData(2, 5, 1, 3, 3)]
    [InlineData(1, 1, 2, 3, 0)]
    [InlineData(4, 5, 2, 3, 0)]
    public void The_highest_common_version_is_used(byte ownLowest, byte ownHighest, byte remoteLowest, byte remoteHighest, byte agreed) =>
        Assert.Equal(agreed, new Preface(ownLowest, ownHighest).Agree(new Preface(remoteLowest, remoteHighest), out _));

    [Fact]
    public void Versions_that_do_not_overlap_are_both_named()
    {
        new Preface(1, 1).Agree(new Preface(2, 3), out var problem);

        Assert.Equal("no common protocol version: this node speaks version 1, the peer versions 2 to 3", problem);
    }

    [Fact]
    public async Task Frames_arrive_whole_and_in_order_however_the_bytes_are_cut()
    {
        var messages = Samples.Messages.Select(sample => sample.Message).ToList();
        messages.Add(BulkOf(200_000));
        messages.AddRange(messages.ToList());
        using var batch = new FrameBatch();
        foreach (var message in messages)
        {
            batch.Append(1, new GroupId(5), PeerMessageCodec.Encode(message));
        }

        foreach (var pieceLength in new[] { 7, 20, 64 * 1024, int.MaxValue })
        {
            using var reader = new FrameReader(new ChoppedStream(Samples.BytesOf(batch), pieceLength), bufferBytes: 256);
            foreach (var message in messages)
            {
                var frame = await reader.ReadAsync(1, Limit, CancellationToken.None);
                Assert.Null(frame.Problem);
                Assert.Equal(new GroupId(5), frame.Group);
                Assert.True(PeerMessageCodec.TryDecode(frame.Type, frame.Body, out var decoded, out var problem), problem);
                Samples.AssertSame(message, decoded);
            }

            Assert.True((await reader.ReadAsync(1, Limit, CancellationToken.None)).IsEnd);
        }
    }

    [Fact]
    public void A_large_tail_is_sent_from_where_it_lies()
    {
        var message = BulkOf(100_000);
        using var batch = new FrameBatch();
        batch.Append(1, GroupId.Zero, PeerMessageCodec.Encode(Heartbeat));
        batch.Append(1, GroupId.Zero, PeerMessageCodec.Encode(message));
        batch.Append(1, GroupId.Zero, PeerMessageCodec.Encode(Heartbeat));

        var segments = batch.Segments();

        Assert.Equal(3, segments.Count);
        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(message.Entries.Encoded, out var encoded));
        Assert.Same(encoded.Array, segments[1].Array);
        Assert.Equal(batch.ByteCount, segments.Sum(segment => segment.Count));
    }

    [Fact]
    public async Task A_message_that_was_read_survives_the_next_read()
    {
        var append = new AppendEntriesRequest(new Term(7), Samples.Id(40, 6), new EntryBatch([Samples.Command(41, 7, "payload"u8.ToArray())]), LogIndex.Zero);
        byte[] bytes = [.. Samples.FrameOf(PeerMessageCodec.Encode(append)), .. Samples.FrameOf(PeerMessageCodec.Encode(Heartbeat))];
        using var reader = new FrameReader(new ChoppedStream(bytes, pieceLength: 90), bufferBytes: 100);

        var first = await reader.ReadAsync(1, Limit, CancellationToken.None);
        Assert.True(PeerMessageCodec.TryDecode(first.Type, first.Body, out var decoded, out _));
        await reader.ReadAsync(1, Limit, CancellationToken.None);

        Samples.AssertSame(append, decoded);
    }

    [Fact]
    public async Task Every_single_flipped_bit_is_noticed()
    {
        var good = Samples.FrameOf(PeerMessageCodec.Encode(Heartbeat));
        for (var bit = 0; bit < good.Length * 8; bit++)
        {
            var bytes = good.ToArray();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));

            Assert.NotNull((await ReadAsync(bytes)).Problem);
        }
    }

    [Fact]
    public async Task A_frame_that_ends_early_is_a_problem_and_an_end_between_frames_is_none()
    {
        var good = Samples.FrameOf(PeerMessageCodec.Encode(Heartbeat));
        Assert.True((await ReadAsync([])).IsEnd);
        for (var length = 1; length < good.Length; length++)
        {
            Assert.Equal("the connection ended inside a frame", (await ReadAsync(good[..length])).Problem);
        }
    }

    [Fact]
    public async Task A_frame_over_the_limit_is_refused_by_its_header_alone()
    {
        var message = BulkOf(5000);
        var bytes = Samples.FrameOf(PeerMessageCodec.Encode(message));
        using var reader = new FrameReader(new MemoryStream(bytes[..FrameHeader.Size]));

        var frame = await reader.ReadAsync(1, bytes.Length - FrameHeader.Size - 1, CancellationToken.None);

        Assert.Contains("larger than the limit", frame.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frame_of_another_version_or_with_flags_is_refused()
    {
        Assert.Contains("version 2", (await ReadAsync(Samples.FrameOf(PeerMessageCodec.Encode(Heartbeat), version: 2))).Problem, StringComparison.Ordinal);

        var flagged = Samples.FrameOf(PeerMessageCodec.Encode(Heartbeat));
        flagged[6] = 1;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(flagged.AsSpan(12), Crc32C.Append(0, flagged.AsSpan(0, 12)));
        Assert.Contains("flags 0x0001", (await ReadAsync(flagged)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_frame_costs_memory_only_as_its_bytes_arrive()
    {
        const int Announced = 512 * 1024 * 1024;
        var header = new byte[FrameHeader.Size];
        new FrameHeader(1, FrameType.AppendEntriesRequest, GroupId.Zero, Announced).Write(header, default, default);
        using var reader = new FrameReader(new MemoryStream([.. header, .. new byte[100]]));
        var before = GC.GetAllocatedBytesForCurrentThread();

        var frame = await reader.ReadAsync(1, Announced, CancellationToken.None);

        Assert.NotNull(frame.Problem);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3 * 1024 * 1024);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(16_383)]
    [InlineData(16_384)]
    [InlineData(3_000_000)]
    public void A_tail_of_any_length_is_split_off_again(int length)
    {
        var snapshot = (InstallSnapshotRequest)Samples.Messages.Single(sample => sample.Message is InstallSnapshotRequest).Message;
        var body = Samples.BodyOf(snapshot with { Data = new byte[length] });

        Assert.True(TailField.TrySplit(body, out var head, out var tail));

        Assert.Equal(length, tail.Length);
        Assert.Equal(body.Length, head.Length + TailField.PrefixLength(length) + length);
    }

    private static AppendEntriesRequest BulkOf(int bytes) =>
        new(new Term(7), Samples.Id(40, 6), new EntryBatch([Samples.Command(41, 7, new byte[bytes])]), LogIndex.Zero);

    private static async Task<FrameRead> ReadAsync(byte[] bytes)
    {
        using var reader = new FrameReader(new MemoryStream(bytes));
        return await reader.ReadAsync(1, Limit, CancellationToken.None);
    }

    /// <summary>Gives its bytes in pieces of at most a given length, as a socket may.</summary>
    private sealed class ChoppedStream(byte[] bytes, int pieceLength) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, pieceLength)], cancellationToken);
    }
}
