using System.Buffers.Binary;
using Keva.Node.Transport;
using Keva.Node.Transport.Codec;
using Keva.Node.Transport.Framing;
using Keva.Raft;

namespace Keva.Tests.Transport;

/// <summary>
/// Bytes that nobody meant: the only answers are a message or a refusal, soon, and for little memory. Every failure names
/// its seed.
/// </summary>
public sealed class FuzzTests
{
    private const int MaxFrameBytes = 64 * 1024;

    // What a refusal costs at most: an exception of the protobuf library with its stack trace, some strings.
    private const long FixedCost = 64 * 1024;

    // What one byte on the wire may cost at most: an entry of 13 bytes becomes a LogEntry of 40.
    private const long CostPerByte = 8;

    private static readonly (FrameType Type, byte[] Body)[] Bodies =
        [.. Samples.Messages.Select(sample => (Samples.TypeOf(sample.Message), Samples.BodyOf(sample.Message)))];

    [Fact]
    public void Spoilt_messages_are_refused_or_are_messages_and_cost_little()
    {
        for (var seed = 0; seed < 30_000; seed++)
        {
            var random = new Random(seed);
            var (type, body) = Bodies[random.Next(Bodies.Length)];
            var spoilt = Spoil(body, random);
            if (random.Next(20) == 0)
            {
                type = (FrameType)random.Next(256);
            }

            AssertCheap(seed, spoilt.Length, () => DecodeOrRefuse(type, spoilt, seed));
        }
    }

    [Fact]
    public void Random_bytes_are_refused_or_are_messages_and_cost_little()
    {
        for (var seed = 0; seed < 10_000; seed++)
        {
            var random = new Random(seed);
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            var (type, _) = Bodies[random.Next(Bodies.Length)];

            AssertCheap(seed, bytes.Length, () => DecodeOrRefuse(type, bytes, seed));
        }
    }

    [Fact]
    public void Spoilt_greetings_are_refused_or_are_greetings_and_cost_little()
    {
        var body = Samples.FrameOf(GreetingCodec.Encode(Samples.Formed, PeerLane.Bulk))[FrameHeader.Size..];
        for (var seed = 0; seed < 10_000; seed++)
        {
            var spoilt = Spoil(body, new Random(seed));

            AssertCheap(seed, spoilt.Length, () =>
            {
                var isGreeting = GreetingCodec.TryDecode(spoilt, out var hello, out _, out var problem);
                Assert.True(isGreeting ? hello is not null : problem.Length > 0, $"seed {seed}");
                GreetingCodec.DecodeRefusal(spoilt);
            });
        }
    }

    [Fact]
    public void A_message_made_of_nothing_but_small_parts_costs_no_more_than_its_bytes_allow()
    {
        // The most objects that bytes can ask for: empty payloads, entries without payload, members without names.
        var columns = new Keva.Node.Transport.Wire.ForwardProposals { Term = 1 };
        columns.Sessions.AddRange(new ulong[50_000]);
        columns.Sequences.AddRange(new ulong[50_000]);
        columns.Lengths.AddRange(new uint[50_000]);
        var proposals = Google.Protobuf.MessageExtensions.ToByteArray(columns);
        AssertCheap(0, proposals.Length, () => DecodeOrRefuse(FrameType.ForwardProposals, proposals, 0));

        var entries = Enumerable.Range(1, 50_000).Select(index => Samples.Command(index, 1, default)).ToArray();
        var append = Samples.BodyOf(new Keva.Raft.Messages.AppendEntriesRequest(new Term(1), EntryId.Zero, new Keva.Raft.Log.EntryBatch(entries), LogIndex.Zero));
        AssertCheap(0, append.Length, () => DecodeOrRefuse(FrameType.AppendEntriesRequest, append, 0));
    }

    [Fact]
    public void Spoilt_streams_of_frames_end_in_a_refusal_or_an_end_and_cost_little()
    {
        using var batch = new FrameBatch();
        foreach (var (_, message) in Samples.Messages)
        {
            batch.Append(1, GroupId.Zero, PeerMessageCodec.Encode(message));
        }

        var good = Samples.BytesOf(batch);
        for (var seed = 0; seed < 10_000; seed++)
        {
            var random = new Random(seed);
            var spoilt = Spoil(good, random);
            if (random.Next(2) == 0)
            {
                RepairChecksums(spoilt);
            }

            AssertCheap(seed, spoilt.Length, () => ReadToTheEnd(spoilt, seed));
        }
    }

    private static void ReadToTheEnd(byte[] bytes, int seed)
    {
        using var reader = new FrameReader(new MemoryStream(bytes), bufferBytes: 4096);

        // Each frame takes at least its header, so the number of reads is bounded.
        for (var reads = 0; ; reads++)
        {
            Assert.True(reads <= bytes.Length / FrameHeader.Size, $"seed {seed}");
            var reading = reader.ReadAsync(1, MaxFrameBytes, CancellationToken.None);
            Assert.True(reading.IsCompleted, $"seed {seed}");
            var frame = reading.GetAwaiter().GetResult();
            if (frame.IsEnd || frame.Problem is not null)
            {
                return;
            }

            DecodeOrRefuse(frame.Type, frame.Body, seed);
        }
    }

    private static void DecodeOrRefuse(FrameType type, ReadOnlyMemory<byte> body, int seed)
    {
        if (!PeerMessageCodec.TryDecode(type, body, out var message, out var problem))
        {
            Assert.True(problem.Length > 0, $"seed {seed}");
            return;
        }

        // What is let through is a message like those that are sent: it has the same bytes again.
        var frame = PeerMessageCodec.Encode(message);
        Assert.True(frame.Type == type, $"seed {seed}");
        Assert.True(frame.BodyLength(frame.Head.CalculateSize()) == body.Length, $"seed {seed}");
    }

    private static byte[] Spoil(byte[] good, Random random)
    {
        var bytes = good.ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var position = random.Next(bytes.Count + 1);
            var count = Math.Min(random.Next(1, 9), bytes.Count - position);
            switch (random.Next(5))
            {
                case 0 when count > 0:
                    bytes[position] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when count > 0:
                    bytes[position] = random.Next(3) switch { 0 => 0, 1 => 0xff, _ => (byte)random.Next(256) };
                    break;
                case 2:
                    bytes.RemoveRange(position, count);
                    break;
                case 3:
                    bytes.InsertRange(position, bytes.GetRange(position, count));
                    break;
                default:
                    bytes.InsertRange(position, Enumerable.Range(0, random.Next(9)).Select(_ => (byte)random.Next(256)));
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Makes the first frame's checksums fit, so that the damage reaches what lies behind them.</summary>
    private static void RepairChecksums(byte[] bytes)
    {
        if (bytes.Length < FrameHeader.Size)
        {
            return;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), Crc32C.Append(0, bytes.AsSpan(0, 12)));
        var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (length <= bytes.Length - FrameHeader.Size)
        {
            var checksum = Crc32C.Append(Crc32C.Append(0, bytes.AsSpan(0, 16)), bytes.AsSpan(FrameHeader.Size, (int)length));
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), checksum);
        }
    }

    private static void AssertCheap(int seed, int length, Action read)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        read();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated <= FixedCost + CostPerByte * length, $"seed {seed}: {allocated} bytes were allocated for {length}");
    }
}
