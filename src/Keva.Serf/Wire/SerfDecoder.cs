namespace Keva.Serf.Wire;

/// <summary>
/// Reads serf messages as <see cref="MemberlistDecoder"/> reads memberlist's. Throws
/// <see cref="MalformedMessageException"/> and nothing else.
/// </summary>
internal static class SerfDecoder
{
    public static SerfMessage Decode(ReadOnlySpan<byte> message)
    {
        if (message.IsEmpty)
        {
            throw new MalformedMessageException("the serf message is empty");
        }

        var reader = new MessagePackReader(message[1..]);
        return (SerfMessageType)message[0] switch
        {
            SerfMessageType.Leave => ReadLeave(ref reader),
            SerfMessageType.Join => ReadJoin(ref reader),
            SerfMessageType.PushPull => SerfStateDecoder.Read(ref reader),
            SerfMessageType.UserEvent => ReadUserEvent(ref reader),
            SerfMessageType.Query => ReadQuery(ref reader),
            SerfMessageType.QueryResponse => ReadQueryResponse(ref reader),
            SerfMessageType.ConflictResponse => new ConflictResponseMessage(ReadMember(ref reader)),
            SerfMessageType.KeyRequest => ReadKeyRequest(ref reader),
            SerfMessageType.KeyResponse => ReadKeyResponse(ref reader),
            SerfMessageType.Relay => ReadRelay(ref reader),
            _ => throw new MalformedMessageException($"no serf message has the type {message[0]}"),
        };
    }

    public static List<string>? ReadTexts(ref MessagePackReader reader)
    {
        if (reader.ReadArray() is not { } count)
        {
            return null;
        }

        var texts = new List<string>();
        for (; count > 0; count--)
        {
            texts.Add(reader.ReadText());
        }

        return texts;
    }

    public static List<KeyValuePair<string, string>> ReadTags(ref MessagePackReader reader)
    {
        var tags = new List<KeyValuePair<string, string>>();
        for (var count = reader.ReadMap(); count > 0; count--)
        {
            tags.Add(KeyValuePair.Create(reader.ReadLenientText(), reader.ReadLenientText()));
        }

        return tags;
    }

    private static LeaveIntent ReadLeave(ref MessagePackReader reader)
    {
        ulong time = 0;
        var node = "";
        var prune = false;
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "LTime": time = reader.ReadUInt64(); break;
                case "Node": node = reader.ReadText(); break;
                case "Prune": prune = reader.ReadBool(); break;
                default: reader.Skip(); break;
            }
        }

        return new LeaveIntent(time, node, prune);
    }

    private static JoinIntent ReadJoin(ref MessagePackReader reader)
    {
        ulong time = 0;
        var node = "";
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "LTime": time = reader.ReadUInt64(); break;
                case "Node": node = reader.ReadText(); break;
                default: reader.Skip(); break;
            }
        }

        return new JoinIntent(time, node);
    }

    private static UserEventMessage ReadUserEvent(ref MessagePackReader reader)
    {
        ulong time = 0;
        var name = "";
        byte[]? payload = null;
        var coalesce = false;
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "LTime": time = reader.ReadUInt64(); break;
                case "Name": name = reader.ReadText(); break;
                case "Payload": payload = reader.ReadBytes(); break;
                case "CC": coalesce = reader.ReadBool(); break;
                default: reader.Skip(); break;
            }
        }

        return new UserEventMessage(time, name, payload, coalesce);
    }

    private static QueryMessage ReadQuery(ref MessagePackReader reader)
    {
        ulong time = 0;
        uint id = 0, flags = 0;
        byte[]? address = null, payload = null;
        ushort port = 0;
        string source = "", name = "";
        List<byte[]>? filters = null;
        byte relayFactor = 0;
        long timeout = 0;
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "LTime": time = reader.ReadUInt64(); break;
                case "ID": id = reader.ReadUInt32(); break;
                case "Addr": address = reader.ReadBytes(); break;
                case "Port": port = reader.ReadUInt16(); break;
                case "SourceNode": source = reader.ReadText(); break;
                case "Filters": filters = ReadFilters(ref reader); break;
                case "Flags": flags = reader.ReadUInt32(); break;
                case "RelayFactor": relayFactor = reader.ReadByte(); break;
                case "Timeout": timeout = reader.ReadInt64(); break;
                case "Name": name = reader.ReadText(); break;
                case "Payload": payload = reader.ReadBytes(); break;
                default: reader.Skip(); break;
            }
        }

        return new QueryMessage(time, id, address, port, source, filters, flags, relayFactor, timeout, name, payload);
    }

    private static List<byte[]>? ReadFilters(ref MessagePackReader reader)
    {
        if (reader.ReadArray() is not { } count)
        {
            return null;
        }

        var filters = new List<byte[]>();
        for (; count > 0; count--)
        {
            filters.Add(reader.ReadBytes() ?? []);
        }

        return filters;
    }

    private static QueryResponseMessage ReadQueryResponse(ref MessagePackReader reader)
    {
        ulong time = 0;
        uint id = 0, flags = 0;
        var from = "";
        byte[]? payload = null;
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "LTime": time = reader.ReadUInt64(); break;
                case "ID": id = reader.ReadUInt32(); break;
                case "From": from = reader.ReadText(); break;
                case "Flags": flags = reader.ReadUInt32(); break;
                case "Payload": payload = reader.ReadBytes(); break;
                default: reader.Skip(); break;
            }
        }

        return new QueryResponseMessage(time, id, from, flags, payload);
    }

    private static RelayMessage ReadRelay(ref MessagePackReader reader)
    {
        (byte[]? Address, long Port, string Zone) destination = (null, 0, "");
        var name = "";
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "DestAddr": destination = ReadDestination(ref reader); break;
                case "DestName": name = reader.ReadText(); break;
                default: reader.Skip(); break;
            }
        }

        return new RelayMessage(destination.Address, destination.Port, destination.Zone, name, reader.Rest.ToArray());
    }

    private static (byte[]? Address, long Port, string Zone) ReadDestination(ref MessagePackReader reader)
    {
        byte[]? address = null;
        long port = 0;
        var zone = "";
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "IP": address = reader.ReadBytes(); break;
                case "Port": port = reader.ReadInt64(); break;
                case "Zone": zone = reader.ReadText(); break;
                default: reader.Skip(); break;
            }
        }

        return (address, port, zone);
    }

    private static KeyRequestMessage ReadKeyRequest(ref MessagePackReader reader)
    {
        byte[]? key = null;
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "Key": key = reader.ReadBytes(); break;
                default: reader.Skip(); break;
            }
        }

        return new KeyRequestMessage(key);
    }

    private static KeyResponseMessage ReadKeyResponse(ref MessagePackReader reader)
    {
        var result = false;
        string message = "", primary = "";
        List<string>? keys = null;
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "Result": result = reader.ReadBool(); break;
                case "Message": message = reader.ReadLenientText(); break;
                case "Keys": keys = ReadTexts(ref reader); break;
                case "PrimaryKey": primary = reader.ReadText(); break;
                default: reader.Skip(); break;
            }
        }

        return new KeyResponseMessage(result, message, keys, primary);
    }

    private static MemberRecord? ReadMember(ref MessagePackReader reader)
    {
        if (reader.TryReadNil())
        {
            return null;
        }

        var name = "";
        byte[]? address = null;
        ushort port = 0;
        List<KeyValuePair<string, string>> tags = [];
        var status = 0;
        var version = default(VersionVector);
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "Name": name = reader.ReadText(); break;
                case "Addr": address = reader.ReadBytes(); break;
                case "Port": port = reader.ReadUInt16(); break;
                case "Tags": tags = ReadTags(ref reader); break;
                case "Status": status = reader.ReadByte(); break;
                case "ProtocolMin": version = version with { ProtocolMin = reader.ReadByte() }; break;
                case "ProtocolMax": version = version with { ProtocolMax = reader.ReadByte() }; break;
                case "ProtocolCur": version = version with { ProtocolCurrent = reader.ReadByte() }; break;
                case "DelegateMin": version = version with { DelegateMin = reader.ReadByte() }; break;
                case "DelegateMax": version = version with { DelegateMax = reader.ReadByte() }; break;
                case "DelegateCur": version = version with { DelegateCurrent = reader.ReadByte() }; break;
                default: reader.Skip(); break;
            }
        }

        return new MemberRecord(name, address, port, tags, status, version);
    }
}
