namespace Keva.Serf.Wire;

/// <summary>Writes memberlist messages, type byte included. Keys stand in ascending order, as agents write them.</summary>
internal static class MemberlistEncoder
{
    public static byte[] Encode(MemberlistMessage message)
    {
        var writer = new MessagePackWriter();
        switch (message)
        {
            case Ping ping:
                Write(writer.Byte((byte)MessageType.Ping), ping);
                break;
            case IndirectPing ping:
                Write(writer.Byte((byte)MessageType.IndirectPing), ping);
                break;
            case AckResponse ack:
                writer.Byte((byte)MessageType.AckResponse).Map(2).Key("Payload").Bytes(ack.Payload).Key("SeqNo").Unsigned(ack.SequenceNumber);
                break;
            case NackResponse nack:
                writer.Byte((byte)MessageType.NackResponse).Map(1).Key("SeqNo").Unsigned(nack.SequenceNumber);
                break;
            case ErrorResponse error:
                writer.Byte((byte)MessageType.Error).Map(1).Key("Error").Text(error.Error);
                break;
            case Suspect suspect:
                WriteAccusation(writer.Byte((byte)MessageType.Suspect), suspect.Incarnation, suspect.Node, suspect.From);
                break;
            case Dead dead:
                WriteAccusation(writer.Byte((byte)MessageType.Dead), dead.Incarnation, dead.Node, dead.From);
                break;
            case Alive alive:
                Write(writer.Byte((byte)MessageType.Alive), alive);
                break;
            case UserMessage user:
                writer.Byte((byte)MessageType.User).Verbatim(user.Content);
                break;
            case PushPull pushPull:
                Write(writer.Byte((byte)MessageType.PushPull), pushPull);
                break;
            default:
                throw new ArgumentException($"{message.GetType().Name} has no encoding", nameof(message));
        }

        return writer.ToArray();
    }

    /// <summary>A user message as it stands on a stream, where its length must be said.</summary>
    public static byte[] EncodeForStream(UserMessage user) =>
        new MessagePackWriter().Byte((byte)MessageType.User).Map(1).Key("UserMsgLen").Signed(user.Content.Length).Verbatim(user.Content).ToArray();

    public static byte[] EncodeCompressed(byte[] compressed) =>
        new MessagePackWriter().Byte((byte)MessageType.Compress).Map(2).Key("Algo").Unsigned(0).Key("Buf").Bytes(compressed).ToArray();

    private static void Write(MessagePackWriter writer, Ping ping)
    {
        writer.Map(2 + CountSource(ping.SourceAddress, ping.SourcePort, ping.SourceNode))
            .Key("Node").Text(ping.Node)
            .Key("SeqNo").Unsigned(ping.SequenceNumber);
        WriteSource(writer, ping.SourceAddress, ping.SourcePort, ping.SourceNode);
    }

    private static void Write(MessagePackWriter writer, IndirectPing ping)
    {
        writer.Map(5 + CountSource(ping.SourceAddress, ping.SourcePort, ping.SourceNode))
            .Key("Nack").Bool(ping.WantsNack)
            .Key("Node").Text(ping.Node)
            .Key("Port").Unsigned(ping.Port)
            .Key("SeqNo").Unsigned(ping.SequenceNumber);
        WriteSource(writer, ping.SourceAddress, ping.SourcePort, ping.SourceNode);
        writer.Key("Target").Bytes(ping.Target);
    }

    // The three fields of a source are the only ones that are left out when empty.
    private static int CountSource(byte[]? address, ushort port, string node) =>
        (address is { Length: > 0 } ? 1 : 0) + (node.Length > 0 ? 1 : 0) + (port != 0 ? 1 : 0);

    private static void WriteSource(MessagePackWriter writer, byte[]? address, ushort port, string node)
    {
        if (address is { Length: > 0 })
        {
            writer.Key("SourceAddr").Bytes(address);
        }

        if (node.Length > 0)
        {
            writer.Key("SourceNode").Text(node);
        }

        if (port != 0)
        {
            writer.Key("SourcePort").Unsigned(port);
        }
    }

    private static void WriteAccusation(MessagePackWriter writer, uint incarnation, string node, string from) =>
        writer.Map(3).Key("From").Text(from).Key("Incarnation").Unsigned(incarnation).Key("Node").Text(node);

    private static void Write(MessagePackWriter writer, Alive alive) =>
        writer.Map(6)
            .Key("Addr").Bytes(alive.Address)
            .Key("Incarnation").Unsigned(alive.Incarnation)
            .Key("Meta").Bytes(alive.Meta)
            .Key("Node").Text(alive.Node)
            .Key("Port").Unsigned(alive.Port)
            .Key("Vsn").Bytes(alive.Version);

    private static void Write(MessagePackWriter writer, PushPull pushPull)
    {
        writer.Map(3)
            .Key("Join").Bool(pushPull.Join)
            .Key("Nodes").Signed(pushPull.Nodes.Count)
            .Key("UserStateLen").Signed(pushPull.UserState.Length);
        foreach (var node in pushPull.Nodes)
        {
            writer.Map(7)
                .Key("Addr").Bytes(node.Address)
                .Key("Incarnation").Unsigned(node.Incarnation)
                .Key("Meta").Bytes(node.Meta)
                .Key("Name").Text(node.Name)
                .Key("Port").Unsigned(node.Port)
                .Key("State").Signed((int)node.State)
                .Key("Vsn").Bytes(node.Version);
        }

        writer.Verbatim(pushPull.UserState);
    }
}
