using System.Buffers.Binary;

namespace Keva.Store.Commands;

/// <summary>
/// The byte form of a command: the payload of a log entry. Little endian:
/// <code>
/// origin session : uint64 | origin sequence : uint64 | version : byte = 1 | kind : byte | body
/// body of Set (1)      key length : uint32 | key | value, to the end
/// body of Delete (2)   key, to the end
/// </code>
/// Journals keep these bytes for good. A new command gets a new kind; a new form of an old one, a new version with the
/// old still read. A node that does not know a kind cannot apply it, so nothing new may be proposed before every
/// member of the cluster reads it.
/// </summary>
/// <remarks>
/// Reading never throws, allocates nothing and is strict, but about form only: limits and UTF-8 are rules for those
/// who propose (<see cref="KeyRules"/>), and differ between nodes while a setting is rolled out. Whoever puts a
/// payload from outside into the log asks <see cref="IsWellFormed"/> first: a committed payload that cannot be read
/// stops every node that meets it.
/// </remarks>
public static class CommandCodec
{
    private const byte Version = 1;
    private const int VersionAt = 16;
    private const int KindAt = 17;
    private const int EnvelopeSize = 18;
    private const int LengthSize = 4;

    /// <summary>Bytes that a set command takes beyond those of its key and value; a delete takes fewer.</summary>
    public const int MaxOverhead = EnvelopeSize + LengthSize;

    public static byte[] Encode(ProposalOrigin origin, SetCommand command)
    {
        RequireKey(command.Key);
        var bytes = Begin(origin, CommandKind.Set, checked(LengthSize + command.Key.Length + command.Value.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(EnvelopeSize), (uint)command.Key.Length);
        command.Key.Span.CopyTo(bytes.AsSpan(EnvelopeSize + LengthSize));
        command.Value.Span.CopyTo(bytes.AsSpan(EnvelopeSize + LengthSize + command.Key.Length));
        return bytes;
    }

    public static byte[] Encode(ProposalOrigin origin, DeleteCommand command)
    {
        RequireKey(command.Key);
        var bytes = Begin(origin, CommandKind.Delete, command.Key.Length);
        command.Key.Span.CopyTo(bytes.AsSpan(EnvelopeSize));
        return bytes;
    }

    /// <summary>False for anything but a known version and kind. The body is not looked at.</summary>
    public static bool TryReadEnvelope(ReadOnlyMemory<byte> payload, out CommandEnvelope envelope)
    {
        envelope = default;
        var span = payload.Span;
        if (span.Length < EnvelopeSize || span[VersionAt] != Version)
        {
            return false;
        }

        var kind = (CommandKind)span[KindAt];
        if (kind is not (CommandKind.Set or CommandKind.Delete))
        {
            return false;
        }

        var origin = new ProposalOrigin(
            BinaryPrimitives.ReadUInt64LittleEndian(span),
            BinaryPrimitives.ReadUInt64LittleEndian(span[8..]));
        envelope = new CommandEnvelope(origin, kind, payload[EnvelopeSize..]);
        return true;
    }

    /// <summary>Reads the body of a <see cref="CommandKind.Set"/>. Key and value point into it.</summary>
    public static bool TryReadSet(ReadOnlyMemory<byte> body, out SetCommand command)
    {
        command = default;
        if (body.Length < LengthSize)
        {
            return false;
        }

        var keyLength = BinaryPrimitives.ReadUInt32LittleEndian(body.Span);
        if (keyLength == 0 || keyLength > body.Length - LengthSize)
        {
            return false;
        }

        command = new SetCommand(body.Slice(LengthSize, (int)keyLength), body[(LengthSize + (int)keyLength)..]);
        return true;
    }

    /// <summary>Reads the body of a <see cref="CommandKind.Delete"/>. The key points into it.</summary>
    public static bool TryReadDelete(ReadOnlyMemory<byte> body, out DeleteCommand command)
    {
        command = new DeleteCommand(body);
        return !body.IsEmpty;
    }

    /// <summary>Whether <see cref="StateMachine.Apply"/> can apply this payload.</summary>
    public static bool IsWellFormed(ReadOnlyMemory<byte> payload) =>
        TryReadEnvelope(payload, out var envelope) && envelope.Kind switch
        {
            CommandKind.Set => TryReadSet(envelope.Body, out _),
            CommandKind.Delete => TryReadDelete(envelope.Body, out _),
            _ => false,
        };

    private static void RequireKey(ReadOnlyMemory<byte> key)
    {
        if (key.IsEmpty)
        {
            throw new ArgumentException("A command needs a key that is not empty.", nameof(key));
        }
    }

    private static byte[] Begin(ProposalOrigin origin, CommandKind kind, int bodySize)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(checked(EnvelopeSize + bodySize));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, origin.Session);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), origin.Sequence);
        bytes[VersionAt] = Version;
        bytes[KindAt] = (byte)kind;
        return bytes;
    }
}
