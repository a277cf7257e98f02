using BenchmarkDotNet.Attributes;
using Keva.Node.Transport.Codec;
using Keva.Node.Transport.Framing;
using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Messages;

namespace Keva.Benchmarks.Micro;

/// <summary>What the leader sends to a follower, to bytes and back.</summary>
public class PeerCodecBenchmarks
{
    private const byte Version = 1;

    private readonly FrameBatch batch = new();
    private LogEntry[] entries = [];
    private byte[] appendBody = [];
    private byte[] heartbeatBody = [];

    [GlobalSetup]
    public void Setup()
    {
        entries = Samples.Entries(1000, Samples.SetCommand(1, 1));
        appendBody = BodyOf(Append());
        heartbeatBody = BodyOf(Heartbeat());
    }

    [GlobalCleanup]
    public void Cleanup() => batch.Dispose();

    [Benchmark]
    public long EncodeAppendEntriesOf64() => Encode(Append());

    [Benchmark]
    public object? DecodeAppendEntriesOf64() => Decode(FrameType.AppendEntriesRequest, appendBody);

    [Benchmark]
    public long EncodeHeartbeat() => Encode(Heartbeat());

    [Benchmark]
    public object? DecodeHeartbeat() => Decode(FrameType.HeartbeatRequest, heartbeatBody);

    // A batch of its own each time: it keeps its encoded form.
    private AppendEntriesRequest Append() =>
        new(Samples.Term, new EntryId(new LogIndex(999), Samples.Term), new EntryBatch(entries), new LogIndex(999));

    private static HeartbeatRequest Heartbeat() => new(Samples.Term, new LogIndex(999), Round: 12, new StateHashMark(new LogIndex(512), UInt128.One));

    private long Encode(RaftMessage message)
    {
        batch.Clear();
        batch.Append(Version, GroupId.Zero, PeerMessageCodec.Encode(message));
        return batch.ByteCount;
    }

    private static RaftMessage Decode(FrameType type, byte[] body) =>
        PeerMessageCodec.TryDecode(type, body, out var message, out var problem) ? message : throw new InvalidOperationException(problem);

    private byte[] BodyOf(RaftMessage message)
    {
        Encode(message);
        return [.. batch.Segments().SelectMany(segment => segment).Skip(FrameHeader.Size)];
    }
}
