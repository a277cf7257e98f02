using Google.Protobuf;
using Keva.Node.Transport.Framing;
using Keva.Raft.Membership;
using Keva.Raft.Messages;

namespace Keva.Node.Transport.Codec;

/// <summary>The messages that carry a snapshot to a follower, to and from the bodies of frames.</summary>
internal static class SnapshotCodec
{
    public static OutgoingFrame Encode(InstallSnapshotRequest message) => new(
        FrameType.InstallSnapshotRequest,
        new Wire.InstallSnapshotRequest
        {
            Term = message.Term.Value,
            SnapshotIndex = message.Snapshot.Index.Value,
            SnapshotTerm = message.Snapshot.Term.Value,
            Configuration = UnsafeByteOperations.UnsafeWrap(ClusterConfigurationCodec.Encode(message.Configuration)),
            ChunkNumber = message.ChunkNumber,
            IsLast = message.IsLast,
        },
        message.Data);

    public static OutgoingFrame Encode(InstallSnapshotResponse message) => new(
        FrameType.InstallSnapshotResponse,
        new Wire.InstallSnapshotResponse
        {
            Term = message.Term.Value,
            SnapshotIndex = message.Snapshot.Index.Value,
            SnapshotTerm = message.Snapshot.Term.Value,
            NextChunk = message.NextChunk,
            Installed = message.Installed,
        });

    public static InstallSnapshotRequest? DecodeRequest(ReadOnlyMemory<byte> body, ref FieldChecks checks)
    {
        if (!TailField.TrySplit(body, out var head, out var tail))
        {
            checks.Require(condition: false, "its parts do not add up");
            return null;
        }

        var wire = PeerMessageCodec.ParseExactly(Parsers.InstallSnapshotRequest, head.Span, ref checks);
        var term = checks.PositiveTerm(wire.Term);
        checks.Require(wire.SnapshotIndex > 0, "the snapshot covers no entry");
        return new InstallSnapshotRequest(
            term,
            checks.Entry(wire.SnapshotIndex, wire.SnapshotTerm, term, "the snapshot's last entry"),
            checks.Configuration(wire.Configuration.Span),
            checks.Number(wire.ChunkNumber, "the chunk's number"),
            tail,
            wire.IsLast);
    }

    public static InstallSnapshotResponse DecodeResponse(ReadOnlyMemory<byte> body, ref FieldChecks checks)
    {
        var wire = PeerMessageCodec.ParseExactly(Parsers.InstallSnapshotResponse, body.Span, ref checks);
        var term = checks.PositiveTerm(wire.Term);
        return new InstallSnapshotResponse(
            term,
            checks.Entry(wire.SnapshotIndex, wire.SnapshotTerm, term, "the snapshot's last entry"),
            checks.Number(wire.NextChunk, "the next chunk's number"),
            wire.Installed);
    }
}
