using Keva.Node.Transport.Codec;
using Keva.Node.Transport.Framing;
using Keva.Raft;
using Keva.Raft.Messages;

namespace Keva.Simulator.Network;

/// <summary>A frame as bytes, made and read by the code that ships, so that no two nodes share an object.</summary>
internal static class WireFrame
{
    private const byte Version = 1;

    public static byte[] Encode(FrameBatch batch, GroupId group, RaftMessage message)
    {
        batch.Clear();
        batch.Append(Version, group, PeerMessageCodec.Encode(message));
        var bytes = new byte[batch.ByteCount];
        var length = 0;
        foreach (var segment in batch.Segments())
        {
            segment.AsSpan().CopyTo(bytes.AsSpan(length));
            length += segment.Count;
        }

        return bytes;
    }

    /// <returns>Null if the frame is damaged; the problem says how.</returns>
    public static RaftMessage? Decode(byte[] frame, int maxBodyBytes, out GroupId group, out string problem)
    {
        group = GroupId.Zero;
        var body = frame.AsMemory(FrameHeader.Size);
        if (!FrameHeader.TryRead(frame, Version, maxBodyBytes, out var header, out problem))
        {
            return null;
        }

        if (header.BodyLength != body.Length || !FrameHeader.IsIntact(frame.AsSpan(0, FrameHeader.Size), body.Span))
        {
            problem = "a frame has a wrong checksum";
            return null;
        }

        group = header.Group;
        return PeerMessageCodec.TryDecode(header.Type, body, out var message, out problem) ? message : null;
    }
}
