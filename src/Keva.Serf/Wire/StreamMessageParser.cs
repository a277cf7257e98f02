namespace Keva.Serf.Wire;

/// <summary>
/// Reads one plain message from bytes that may still grow. What has been read is not read again, so a message that comes
/// in drops costs no more than one that comes at once.
/// </summary>
internal sealed class StreamMessageParser
{
    private readonly List<PushPullNode> nodes = [];
    private int position = 1;
    private PushPullProgress? pushPull;
    private int? userLength;

    /// <summary>The message, or null if it goes on beyond what is <paramref name="available"/>: all bytes so far, type first.</summary>
    public MemberlistMessage? Advance(ReadOnlySpan<byte> available)
    {
        if (available.IsEmpty)
        {
            return null;
        }

        switch ((MessageType)available[0])
        {
            case MessageType.PushPull:
                return AdvancePushPull(available);
            case MessageType.User:
                return AdvanceUser(available);
            case MessageType.Ping or MessageType.AckResponse or MessageType.Error:
                return TryMeasure(available, out var length) ? MemberlistDecoder.Decode(available[..(1 + length)]) : null;
            default:
                throw new MalformedMessageException($"no message of type {available[0]} is expected on a stream");
        }
    }

    private PushPull? AdvancePushPull(ReadOnlySpan<byte> available)
    {
        if (pushPull is null)
        {
            if (!TryMeasure(available, out var length))
            {
                return null;
            }

            var reader = new MessagePackReader(available.Slice(position, length));
            pushPull = PushPullProgress.Checked(MemberlistDecoder.ReadPushPullHeader(ref reader));
            position += length;
        }

        for (; pushPull.NodesRead < pushPull.Nodes; pushPull.NodesRead++)
        {
            if (!TryMeasure(available, out var length))
            {
                return null;
            }

            ReadNode(available.Slice(position, length));
            position += length;
        }

        return available.Length - position < pushPull.UserStateLength
            ? null
            : new PushPull(pushPull.Join, nodes, available.Slice(position, pushPull.UserStateLength).ToArray());
    }

    /// <summary>An entry that cannot be read is left out: one strange name must not keep all others from being exchanged.</summary>
    private void ReadNode(ReadOnlySpan<byte> entry)
    {
        try
        {
            var reader = new MessagePackReader(entry);
            nodes.Add(MemberlistDecoder.ReadPushPullNode(ref reader));
        }
        catch (MalformedMessageException)
        {
            // As if the peer did not know that node.
        }
    }

    private UserMessage? AdvanceUser(ReadOnlySpan<byte> available)
    {
        if (userLength is null)
        {
            if (!TryMeasure(available, out var headerLength))
            {
                return null;
            }

            var reader = new MessagePackReader(available.Slice(position, headerLength));
            var length = MemberlistDecoder.ReadUserHeader(ref reader);
            userLength = length is >= 0 and <= WireLimits.StreamBytes
                ? (int)length
                : throw new MalformedMessageException($"a user message of {length} bytes");
            position += headerLength;
        }

        return available.Length - position < userLength ? null : new UserMessage(available.Slice(position, userLength.Value).ToArray());
    }

    private bool TryMeasure(ReadOnlySpan<byte> available, out int length)
    {
        var rest = available[position..];
        var complete = MessagePackExtent.TryMeasure(rest[..Math.Min(rest.Length, WireLimits.StreamObjectBytes)], out length);
        return complete || rest.Length < WireLimits.StreamObjectBytes
            ? complete
            : throw new MalformedMessageException($"a header or an entry takes more than {WireLimits.StreamObjectBytes} bytes");
    }

    private sealed class PushPullProgress(bool join, int nodes, int userStateLength)
    {
        public bool Join { get; } = join;

        public int Nodes { get; } = nodes;

        public int UserStateLength { get; } = userStateLength;

        public int NodesRead { get; set; }

        public static PushPullProgress Checked((bool Join, long Nodes, long UserStateLength) header) =>
            header is { Nodes: >= 0 and <= WireLimits.PushPullNodes, UserStateLength: >= 0 and <= WireLimits.StreamBytes }
                ? new PushPullProgress(header.Join, (int)header.Nodes, (int)header.UserStateLength)
                : throw new MalformedMessageException($"a push/pull of {header.Nodes} nodes and {header.UserStateLength} bytes of state");
    }
}
