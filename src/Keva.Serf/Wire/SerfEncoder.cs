namespace Keva.Serf.Wire;

/// <summary>Writes serf messages, type byte included.</summary>
internal static class SerfEncoder
{
    public static byte[] Encode(SerfMessage message)
    {
        var writer = new MessagePackWriter();
        switch (message)
        {
            case LeaveIntent leave:
                writer.Byte((byte)SerfMessageType.Leave).Map(3)
                    .Key("LTime").Unsigned(leave.LamportTime).Key("Node").Text(leave.Node).Key("Prune").Bool(leave.Prune);
                break;
            case JoinIntent join:
                writer.Byte((byte)SerfMessageType.Join).Map(2).Key("LTime").Unsigned(join.LamportTime).Key("Node").Text(join.Node);
                break;
            case SerfState state:
                Write(writer.Byte((byte)SerfMessageType.PushPull), state);
                break;
            case UserEventMessage userEvent:
                Write(writer.Byte((byte)SerfMessageType.UserEvent), userEvent);
                break;
            case QueryMessage query:
                Write(writer.Byte((byte)SerfMessageType.Query), query);
                break;
            case QueryResponseMessage response:
                Write(writer.Byte((byte)SerfMessageType.QueryResponse), response);
                break;
            case RelayMessage relay:
                Write(writer.Byte((byte)SerfMessageType.Relay), relay);
                break;
            case KeyRequestMessage request:
                writer.Byte((byte)SerfMessageType.KeyRequest).Map(1).Key("Key").Bytes(request.Key);
                break;
            case KeyResponseMessage response:
                Write(writer.Byte((byte)SerfMessageType.KeyResponse), response);
                break;
            case ConflictResponseMessage response:
                Write(writer.Byte((byte)SerfMessageType.ConflictResponse), response.Member);
                break;
            default:
                throw new ArgumentException($"{message.GetType().Name} has no encoding", nameof(message));
        }

        return writer.ToArray();
    }

    private static void Write(MessagePackWriter writer, SerfState state)
    {
        writer.Map(6).Key("EventLTime").Unsigned(state.EventLamportTime).Key("Events");
        WriteEvents(writer, state.Events);
        writer.Key("LTime").Unsigned(state.LamportTime).Key("LeftMembers");
        WriteTexts(writer, state.LeftMembers);
        writer.Key("QueryLTime").Unsigned(state.QueryLamportTime).Key("StatusLTimes").Map(state.StatusLamportTimes.Count);
        foreach (var (name, time) in state.StatusLamportTimes)
        {
            writer.Key(name).Unsigned(time);
        }
    }

    private static void WriteEvents(MessagePackWriter writer, IReadOnlyList<EventsAtTime?>? events)
    {
        if (events is null)
        {
            writer.Nil();
            return;
        }

        writer.Array(events.Count);
        foreach (var slot in events)
        {
            if (slot is null)
            {
                writer.Nil();
                continue;
            }

            writer.Map(2).Key("Events").Array(slot.Events.Count);
            foreach (var userEvent in slot.Events)
            {
                writer.Map(2).Key("Name").Text(userEvent.Name).Key("Payload").Bytes(userEvent.Payload);
            }

            writer.Key("LTime").Unsigned(slot.LamportTime);
        }
    }

    private static void WriteTexts(MessagePackWriter writer, IReadOnlyList<string>? texts)
    {
        if (texts is null)
        {
            writer.Nil();
            return;
        }

        writer.Array(texts.Count);
        foreach (var text in texts)
        {
            writer.Text(text);
        }
    }

    private static void Write(MessagePackWriter writer, UserEventMessage userEvent) =>
        writer.Map(4)
            .Key("CC").Bool(userEvent.Coalesce)
            .Key("LTime").Unsigned(userEvent.LamportTime)
            .Key("Name").Text(userEvent.Name)
            .Key("Payload").Bytes(userEvent.Payload);

    private static void Write(MessagePackWriter writer, QueryMessage query)
    {
        writer.Map(11).Key("Addr").Bytes(query.Address).Key("Filters");
        if (query.Filters is null)
        {
            writer.Nil();
        }
        else
        {
            writer.Array(query.Filters.Count);
            foreach (var filter in query.Filters)
            {
                writer.Bytes(filter);
            }
        }

        writer.Key("Flags").Unsigned(query.Flags)
            .Key("ID").Unsigned(query.Id)
            .Key("LTime").Unsigned(query.LamportTime)
            .Key("Name").Text(query.Name)
            .Key("Payload").Bytes(query.Payload)
            .Key("Port").Unsigned(query.Port)
            .Key("RelayFactor").Unsigned(query.RelayFactor)
            .Key("SourceNode").Text(query.SourceNode)
            .Key("Timeout").Signed(query.TimeoutNanoseconds);
    }

    private static void Write(MessagePackWriter writer, QueryResponseMessage response) =>
        writer.Map(5)
            .Key("Flags").Unsigned(response.Flags)
            .Key("From").Text(response.From)
            .Key("ID").Unsigned(response.Id)
            .Key("LTime").Unsigned(response.LamportTime)
            .Key("Payload").Bytes(response.Payload);

    private static void Write(MessagePackWriter writer, RelayMessage relay) =>
        writer.Map(2)
            .Key("DestAddr").Map(3).Key("IP").Bytes(relay.Address).Key("Port").Signed(relay.Port).Key("Zone").Text(relay.Zone)
            .Key("DestName").Text(relay.Node)
            .Verbatim(relay.Content);

    private static void Write(MessagePackWriter writer, KeyResponseMessage response)
    {
        writer.Map(4).Key("Keys");
        WriteTexts(writer, response.Keys);
        writer.Key("Message").Text(response.Message).Key("PrimaryKey").Text(response.PrimaryKey).Key("Result").Bool(response.Result);
    }

    private static void Write(MessagePackWriter writer, MemberRecord? member)
    {
        if (member is null)
        {
            writer.Nil();
            return;
        }

        var version = member.Version;
        writer.Map(11)
            .Key("Addr").Bytes(member.Address)
            .Key("DelegateCur").Unsigned(version.DelegateCurrent)
            .Key("DelegateMax").Unsigned(version.DelegateMax)
            .Key("DelegateMin").Unsigned(version.DelegateMin)
            .Key("Name").Text(member.Name)
            .Key("Port").Unsigned(member.Port)
            .Key("ProtocolCur").Unsigned(version.ProtocolCurrent)
            .Key("ProtocolMax").Unsigned(version.ProtocolMax)
            .Key("ProtocolMin").Unsigned(version.ProtocolMin)
            .Key("Status").Signed(member.Status)
            .Key("Tags").Map(member.Tags.Count);
        foreach (var (name, value) in member.Tags)
        {
            writer.Key(name).Text(value);
        }
    }
}
