using System.Buffers.Binary;
using Keva.Node.Transport;
using Keva.Node.Transport.Codec;
using Keva.Node.Transport.Framing;
using Keva.Raft;
using Keva.Tests.Fuzzing.Engine;
using Keva.Tests.Transport;

namespace Keva.Tests.Fuzzing.Targets;

/// <summary>The first bytes of a connection between nodes, and its frames, before anybody looks into their bodies.</summary>
internal static class FramingTargets
{
    private const byte Version = 1;
    private const int MaxFrameBytes = 64 * 1024;
    private const int BufferBytes = 4 * 1024;

    public static IEnumerable<FuzzTarget> All() =>
    [
        new FuzzTarget("peer preface", ReadPreface, PrefaceCorpus)
        {
            Covers = ["Preface.TryRead", "FrameReader.ReadPrefaceAsync"],
            Tries = 20_000,
        },
        new FuzzTarget("peer frames", ReadFrames, FrameCorpus)
        {
            Covers = ["FrameHeader.TryRead", "FrameReader.ReadAsync", "FrameReader.ReadOwnAsync"],
            Repair = RepairChecksums,

            // A body is given its memory at once; the limit of a frame bounds it. Each stream is read twice.
            Limits = new FuzzLimits { FixedBytes = 2 * MaxFrameBytes + 32 * 1024 },
        },
    ];

    private static IEnumerable<byte[]> PrefaceCorpus() =>
    [
        Samples.PrefaceBytes(Preface.Own), Samples.PrefaceBytes(new Preface(1, 255)), Samples.PrefaceBytes(new Preface(7, 9)),
        Samples.HandshakeOf(GreetingCodec.EncodeRefusal("no")), "GET / HTTP/1.1\r\n\r\n"u8.ToArray(), [0x16, 3, 1, 0, 200], [244, 1], [],
    ];

    private static IEnumerable<byte[]> FrameCorpus()
    {
        using var batch = new FrameBatch();
        foreach (var (_, message) in Samples.Messages)
        {
            var frame = PeerMessageCodec.Encode(message);
            batch.Append(Version, GroupId.Zero, frame);
            yield return Samples.FrameOf(frame, Version, group: 258);
        }

        yield return Samples.BytesOf(batch);
        yield return FrameOf(FrameType.AppendEntriesRequest, new byte[BufferBytes + 1]);
        yield return FrameOf(FrameType.HeartbeatRequest, new byte[BufferBytes]);
        yield return FrameOf(FrameType.Refusal, []);
    }

    private static byte[] FrameOf(FrameType type, byte[] body)
    {
        var header = new byte[FrameHeader.Size];
        new FrameHeader(Version, type, GroupId.Zero, body.Length).Write(header, body, []);
        return [.. header, .. body];
    }

    private static FuzzOutcome ReadPreface(byte[] input, FuzzMeter meter)
    {
        var (preface, problem) = ReadPreface(new MemoryStream(input), meter);
        var inPieces = ReadPreface(new PiecemealStream(input), meter);
        FuzzCheck.That((preface, problem) == inPieces, "the preface does not depend on how its bytes come in");
        if (preface is not { } read)
        {
            FuzzCheck.That((problem is null) == (input.Length == 0), "only an empty connection ends without a problem");
            return FuzzOutcome.Refused(problem ?? "");
        }

        FuzzCheck.That(problem is null, "there is a preface or a problem");
        FuzzCheck.Same(input.AsSpan(0, 6), Samples.PrefaceBytes(read).AsSpan(0, 6), "a preface is written as it was read");
        var agreed = Preface.Own.Agree(read, out var disagreement);
        FuzzCheck.That(agreed == 0 == (disagreement.Length > 0), "there is a version or a reason");
        FuzzCheck.That(agreed == 0 || (agreed >= read.LowestVersion && agreed <= read.HighestVersion), "both speak the version");
        return FuzzOutcome.AcceptedAs(disagreement);
    }

    private static (Preface? Preface, string? Problem) ReadPreface(Stream stream, FuzzMeter meter)
    {
        using var measured = meter.Measure();
        using var reader = new FrameReader(stream, BufferBytes);
        return Now(reader.ReadPrefaceAsync(CancellationToken.None));
    }

    private static FuzzOutcome ReadFrames(byte[] input, FuzzMeter meter)
    {
        var (frames, end) = ReadFrames(new MemoryStream(input), input.Length, meter);
        var (piecemeal, piecemealEnd) = ReadFrames(new PiecemealStream(input), input.Length, meter);
        FuzzCheck.Same(end, piecemealEnd, "the end does not depend on how the bytes come in");
        FuzzCheck.Same(Concat(frames), Concat(piecemeal), "frames do not depend on how their bytes come in");
        FuzzCheck.Same(input.AsSpan(0, frames.Sum(frame => frame.Length)), Concat(frames), "frames are written as they were read");
        return frames.Count > 0 ? FuzzOutcome.AcceptedAs(end) : FuzzOutcome.Refused(end);
    }

    /// <summary>Each frame as it would be written, and how the stream ended.</summary>
    private static (List<byte[]> Frames, string End) ReadFrames(Stream stream, int length, FuzzMeter meter)
    {
        var frames = new List<byte[]>();
        FrameReader reader;
        using (meter.Measure())
        {
            reader = new FrameReader(stream, BufferBytes);
        }

        using (reader)
        {
            while (true)
            {
                // Each frame takes at least its header, so the number of reads is bounded.
                FuzzCheck.That(frames.Count <= length / FrameHeader.Size, "a frame is at least its header");
                FrameRead read;
                using (meter.Measure())
                {
                    read = Now(reader.ReadAsync(Version, MaxFrameBytes, CancellationToken.None));
                }

                if (read.IsEnd || read.Problem is not null)
                {
                    return (frames, read.Problem ?? "end");
                }

                var frame = new byte[FrameHeader.Size + read.Body.Length];
                read.Body.Span.CopyTo(frame.AsSpan(FrameHeader.Size));
                new FrameHeader(Version, read.Type, read.Group, read.Body.Length).Write(frame, read.Body.Span, []);
                frames.Add(frame);
            }
        }
    }

    private static byte[] Concat(List<byte[]> frames) => [.. frames.SelectMany(frame => frame)];

    private static T Now<T>(ValueTask<T> task)
    {
        FuzzCheck.That(task.IsCompleted, "a stream that has its bytes is read at once");
        return task.GetAwaiter().GetResult();
    }

    private static void RepairChecksums(byte[] bytes)
    {
        for (var at = 0; bytes.Length - at >= FrameHeader.Size;)
        {
            var frame = bytes.AsSpan(at);
            BinaryPrimitives.WriteUInt32LittleEndian(frame[12..], Crc32C.Append(0, frame[..12]));
            var length = BinaryPrimitives.ReadUInt32LittleEndian(frame);
            if (length > frame.Length - FrameHeader.Size)
            {
                return;
            }

            var body = frame.Slice(FrameHeader.Size, (int)length);
            BinaryPrimitives.WriteUInt32LittleEndian(frame[16..], Crc32C.Append(Crc32C.Append(0, frame[..16]), body));
            at += FrameHeader.Size + body.Length;
        }
    }
}
