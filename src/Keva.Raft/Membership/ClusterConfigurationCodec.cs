using System.Buffers.Binary;
using System.Text;

namespace Keva.Raft.Membership;

/// <summary>
/// The byte form of a configuration: in configuration entries, in checkpoints and on the wire. Little endian:
/// <code>
/// version : byte = 1 | member count : uint16 | per member: id : uint64 | roles : byte | name | peer address | HTTP address
/// </code>
/// A string is <c>length : uint16 | UTF-8</c>. Roles are bits: 1 voter, 2 outgoing voter, 4 learner.
/// </summary>
public static class ClusterConfigurationCodec
{
    private const byte Version = 1;
    private const byte VoterBit = 1;
    private const byte OutgoingVoterBit = 2;
    private const byte LearnerBit = 4;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static ReadOnlyMemory<byte> Encode(ClusterConfiguration configuration)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, StrictUtf8);
        writer.Write(Version);
        writer.Write(checked((ushort)configuration.Members.Length));
        foreach (var member in configuration.Members)
        {
            writer.Write(member.Id.Value);
            var roles = (ClusterConfiguration.Has(configuration.Voters, member.Id) ? VoterBit : 0)
                | (ClusterConfiguration.Has(configuration.OutgoingVoters, member.Id) ? OutgoingVoterBit : 0)
                | (ClusterConfiguration.Has(configuration.Learners, member.Id) ? LearnerBit : 0);
            writer.Write((byte)roles);
            WriteText(writer, member.Name);
            WriteText(writer, member.PeerAddress);
            WriteText(writer, member.HttpAddress);
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>False if the bytes are not exactly one valid configuration.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out ClusterConfiguration configuration)
    {
        configuration = ClusterConfiguration.Empty;
        if (bytes.Length < 3 || bytes[0] != Version)
        {
            return false;
        }

        var count = BinaryPrimitives.ReadUInt16LittleEndian(bytes[1..]);
        bytes = bytes[3..];
        var members = new List<Member>();
        var voters = new List<NodeId>();
        var outgoingVoters = new List<NodeId>();
        var learners = new List<NodeId>();
        for (var i = 0; i < count; i++)
        {
            if (!TryReadMember(ref bytes, out var member, out var roles))
            {
                return false;
            }

            members.Add(member);
            AddIf(voters, roles, VoterBit, member.Id);
            AddIf(outgoingVoters, roles, OutgoingVoterBit, member.Id);
            AddIf(learners, roles, LearnerBit, member.Id);
        }

        if (!bytes.IsEmpty)
        {
            return false;
        }

        try
        {
            configuration = ClusterConfiguration.Create(members, voters, outgoingVoters, learners);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static void AddIf(List<NodeId> ids, byte roles, byte bit, NodeId id)
    {
        if ((roles & bit) != 0)
        {
            ids.Add(id);
        }
    }

    private static bool TryReadMember(ref ReadOnlySpan<byte> bytes, out Member member, out byte roles)
    {
        member = new Member(NodeId.None, "", "", "");
        roles = 0;
        if (bytes.Length < 9)
        {
            return false;
        }

        var id = new NodeId(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        roles = bytes[8];
        bytes = bytes[9..];
        if (roles > 7 || !TryReadText(ref bytes, out var name) || !TryReadText(ref bytes, out var peer) || !TryReadText(ref bytes, out var http))
        {
            return false;
        }

        member = new Member(id, name, peer, http);
        return true;
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        var bytes = StrictUtf8.GetBytes(text);
        writer.Write(checked((ushort)bytes.Length));
        writer.Write(bytes);
    }

    private static bool TryReadText(ref ReadOnlySpan<byte> bytes, out string text)
    {
        text = "";
        if (bytes.Length < 2)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        if (bytes.Length - 2 < length)
        {
            return false;
        }

        try
        {
            text = StrictUtf8.GetString(bytes.Slice(2, length));
        }
        catch (DecoderFallbackException)
        {
            return false;
        }

        bytes = bytes[(2 + length)..];
        return true;
    }
}
