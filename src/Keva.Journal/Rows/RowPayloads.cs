using System.Buffers.Binary;
using Keva.Raft;
using Keva.Raft.Membership;

namespace Keva.Journal.Rows;

/// <summary>The payload of a hard state row: the id of the candidate that got the vote, 8 bytes, little endian.</summary>
internal static class VotePayload
{
    public static ReadOnlyMemory<byte> Encode(NodeId votedFor)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, votedFor.Value);
        return bytes;
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, out NodeId votedFor)
    {
        var ok = BinaryPrimitives.TryReadUInt64LittleEndian(bytes, out var value) && bytes.Length == sizeof(ulong);
        votedFor = new NodeId(value);
        return ok;
    }
}

/// <summary>
/// The payload of a reset or a trim. It repeats the hard state so that no row before <see cref="FirstNeededSequence"/>
/// matters any more. Little endian:
/// <code>first needed sequence : int64 | term : int64 | voted for : uint64 | configuration</code>
/// </summary>
/// <param name="FirstNeededSequence">The group's rows before this one are superseded and may be deleted.</param>
/// <param name="HardState">The group's hard state at this row.</param>
/// <param name="Configuration">The configuration as of the entry before the log.</param>
internal sealed record LogStart(long FirstNeededSequence, HardState HardState, ClusterConfiguration Configuration)
{
    private const int FixedSize = 24;

    public ReadOnlyMemory<byte> Encode()
    {
        var configuration = ClusterConfigurationCodec.Encode(Configuration).Span;
        var bytes = new byte[FixedSize + configuration.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, FirstNeededSequence);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), HardState.Term.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), HardState.VotedFor.Value);
        configuration.CopyTo(bytes.AsSpan(FixedSize));
        return bytes;
    }

    public static LogStart? TryDecode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FixedSize || !ClusterConfigurationCodec.TryDecode(bytes[FixedSize..], out var configuration))
        {
            return null;
        }

        return new LogStart(
            BinaryPrimitives.ReadInt64LittleEndian(bytes),
            new HardState(
                new Term(BinaryPrimitives.ReadInt64LittleEndian(bytes[8..])),
                new NodeId(BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]))),
            configuration);
    }
}
