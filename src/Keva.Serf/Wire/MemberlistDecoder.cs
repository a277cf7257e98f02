namespace Keva.Serf.Wire;

/// <summary>
/// Reads memberlist messages. Keys may come in any order, unknown ones are skipped, and what is missing is zero. Throws
/// <see cref="MalformedMessageException"/> and nothing else.
/// </summary>
internal static class MemberlistDecoder
{
    /// <summary>Reads one message as it stands in a datagram, type byte first; wrappers are not for this.</summary>
    public static MemberlistMessage Decode(ReadOnlySpan<byte> message)
    {
        if (message.IsEmpty)
        {
            throw new MalformedMessageException("the message is empty");
        }

        var reader = new MessagePackReader(message[1..]);
        return (MessageType)message[0] switch
        {
            MessageType.Ping => ReadPing(ref reader),
            MessageType.IndirectPing => ReadIndirectPing(ref reader),
            MessageType.AckResponse => ReadAck(ref reader),
            MessageType.NackResponse => ReadNack(ref reader),
            MessageType.Error => ReadError(ref reader),
            MessageType.Suspect => ReadSuspect(ref reader),
            MessageType.Dead => ReadDead(ref reader),
            MessageType.Alive => ReadAlive(ref reader),
            MessageType.User => new UserMessage(message[1..].ToArray()),
            _ => throw new MalformedMessageException($"no message of type {message[0]} is expected here"),
        };
    }

    public static (byte Algorithm, byte[] Buffer) ReadCompressed(ref MessagePackReader reader)
    {
        byte algorithm = 0;
        byte[]? buffer = null;
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "Algo": algorithm = reader.ReadByte(); break;
                case "Buf": buffer = reader.ReadBytes(); break;
                default: reader.Skip(); break;
            }
        }

        return (algorithm, buffer ?? []);
    }

    public static (bool Join, long Nodes, long UserStateLength) ReadPushPullHeader(ref MessagePackReader reader)
    {
        var join = false;
        long nodes = 0, userState = 0;
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "Join": join = reader.ReadBool(); break;
                case "Nodes": nodes = reader.ReadInt64(); break;
                case "UserStateLen": userState = reader.ReadInt64(); break;
                default: reader.Skip(); break;
            }
        }

        return (join, nodes, userState);
    }

    public static long ReadUserHeader(ref MessagePackReader reader)
    {
        long length = 0;
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "UserMsgLen": length = reader.ReadInt64(); break;
                default: reader.Skip(); break;
            }
        }

        return length;
    }

    public static PushPullNode ReadPushPullNode(ref MessagePackReader reader)
    {
        var name = "";
        byte[]? address = null, meta = null, version = null;
        ushort port = 0;
        uint incarnation = 0;
        ulong state = 0;
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "Name": name = reader.ReadText(); break;
                case "Addr": address = reader.ReadBytes(); break;
                case "Port": port = reader.ReadUInt16(); break;
                case "Meta": meta = reader.ReadBytes(); break;
                case "Incarnation": incarnation = reader.ReadUInt32(); break;
                case "State": state = reader.ReadUnsigned((ulong)NodeState.Left); break;
                case "Vsn": version = reader.ReadBytes(); break;
                default: reader.Skip(); break;
            }
        }

        return new PushPullNode(name, address, port, meta, incarnation, (NodeState)state, version);
    }

    private static Ping ReadPing(ref MessagePackReader reader)
    {
        uint sequenceNumber = 0;
        string node = "", sourceNode = "";
        byte[]? sourceAddress = null;
        ushort sourcePort = 0;
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "SeqNo": sequenceNumber = reader.ReadUInt32(); break;
                case "Node": node = reader.ReadText(); break;
                case "SourceAddr": sourceAddress = reader.ReadBytes(); break;
                case "SourcePort": sourcePort = reader.ReadUInt16(); break;
                case "SourceNode": sourceNode = reader.ReadText(); break;
                default: reader.Skip(); break;
            }
        }

        return new Ping(sequenceNumber, node, sourceAddress, sourcePort, sourceNode);
    }

    private static IndirectPing ReadIndirectPing(ref MessagePackReader reader)
    {
        uint sequenceNumber = 0;
        string node = "", sourceNode = "";
        byte[]? target = null, sourceAddress = null;
        ushort port = 0, sourcePort = 0;
        var wantsNack = false;
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "SeqNo": sequenceNumber = reader.ReadUInt32(); break;
                case "Target": target = reader.ReadBytes(); break;
                case "Port": port = reader.ReadUInt16(); break;
                case "Node": node = reader.ReadText(); break;
                case "Nack": wantsNack = reader.ReadBool(); break;
                case "SourceAddr": sourceAddress = reader.ReadBytes(); break;
                case "SourcePort": sourcePort = reader.ReadUInt16(); break;
                case "SourceNode": sourceNode = reader.ReadText(); break;
                default: reader.Skip(); break;
            }
        }

        return new IndirectPing(sequenceNumber, target, port, node, wantsNack, sourceAddress, sourcePort, sourceNode);
    }

    private static AckResponse ReadAck(ref MessagePackReader reader)
    {
        uint sequenceNumber = 0;
        byte[]? payload = null;
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "SeqNo": sequenceNumber = reader.ReadUInt32(); break;
                case "Payload": payload = reader.ReadBytes(); break;
                default: reader.Skip(); break;
            }
        }

        return new AckResponse(sequenceNumber, payload);
    }

    private static NackResponse ReadNack(ref MessagePackReader reader)
    {
        uint sequenceNumber = 0;
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "SeqNo": sequenceNumber = reader.ReadUInt32(); break;
                default: reader.Skip(); break;
            }
        }

        return new NackResponse(sequenceNumber);
    }

    private static ErrorResponse ReadError(ref MessagePackReader reader)
    {
        var error = "";
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "Error": error = reader.ReadLenientText(); break;
                default: reader.Skip(); break;
            }
        }

        return new ErrorResponse(error);
    }

    private static Suspect ReadSuspect(ref MessagePackReader reader)
    {
        var (incarnation, node, from) = ReadAccusation(ref reader);
        return new Suspect(incarnation, node, from);
    }

    private static Dead ReadDead(ref MessagePackReader reader)
    {
        var (incarnation, node, from) = ReadAccusation(ref reader);
        return new Dead(incarnation, node, from);
    }

    private static (uint Incarnation, string Node, string From) ReadAccusation(ref MessagePackReader reader)
    {
        uint incarnation = 0;
        string node = "", from = "";
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "Incarnation": incarnation = reader.ReadUInt32(); break;
                case "Node": node = reader.ReadText(); break;
                case "From": from = reader.ReadText(); break;
                default: reader.Skip(); break;
            }
        }

        return (incarnation, node, from);
    }

    private static Alive ReadAlive(ref MessagePackReader reader)
    {
        uint incarnation = 0;
        var node = "";
        byte[]? address = null, meta = null, version = null;
        ushort port = 0;
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "Incarnation": incarnation = reader.ReadUInt32(); break;
                case "Node": node = reader.ReadText(); break;
                case "Addr": address = reader.ReadBytes(); break;
                case "Port": port = reader.ReadUInt16(); break;
                case "Meta": meta = reader.ReadBytes(); break;
                case "Vsn": version = reader.ReadBytes(); break;
                default: reader.Skip(); break;
            }
        }

        return new Alive(incarnation, node, address, port, meta, version);
    }
}
