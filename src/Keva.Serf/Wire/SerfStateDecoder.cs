namespace Keva.Serf.Wire;

/// <summary>Reads the serf layer's part of a push/pull, the only serf message with lists of lists.</summary>
internal static class SerfStateDecoder
{
    public static SerfState Read(ref MessagePackReader reader)
    {
        ulong time = 0, eventTime = 0, queryTime = 0;
        List<KeyValuePair<string, ulong>> statusTimes = [];
        List<string>? left = null;
        List<EventsAtTime?>? events = null;
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "LTime": time = reader.ReadUInt64(); break;
                case "StatusLTimes": statusTimes = ReadStatusTimes(ref reader); break;
                case "LeftMembers": left = SerfDecoder.ReadTexts(ref reader); break;
                case "EventLTime": eventTime = reader.ReadUInt64(); break;
                case "Events": events = ReadSlots(ref reader); break;
                case "QueryLTime": queryTime = reader.ReadUInt64(); break;
                default: reader.Skip(); break;
            }
        }

        return new SerfState(time, statusTimes, left, eventTime, events, queryTime);
    }

    private static List<KeyValuePair<string, ulong>> ReadStatusTimes(ref MessagePackReader reader)
    {
        var times = new List<KeyValuePair<string, ulong>>();
        for (var count = reader.ReadMap(); count > 0; count--)
        {
            times.Add(KeyValuePair.Create(reader.ReadText(), reader.ReadUInt64()));
        }

        return times;
    }

    private static List<EventsAtTime?>? ReadSlots(ref MessagePackReader reader)
    {
        if (reader.ReadArray() is not { } count)
        {
            return null;
        }

        var slots = new List<EventsAtTime?>();
        for (; count > 0; count--)
        {
            slots.Add(reader.TryReadNil() ? null : ReadSlot(ref reader));
        }

        return slots;
    }

    private static EventsAtTime ReadSlot(ref MessagePackReader reader)
    {
        ulong time = 0;
        List<NamedPayload> events = [];
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "LTime": time = reader.ReadUInt64(); break;
                case "Events": events = ReadEvents(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        return new EventsAtTime(time, events);
    }

    private static List<NamedPayload> ReadEvents(ref MessagePackReader reader)
    {
        var events = new List<NamedPayload>();
        for (var count = reader.ReadArray() ?? 0; count > 0; count--)
        {
            var name = "";
            byte[]? payload = null;
            for (var fields = reader.ReadMap(); fields > 0; fields--)
            {
                switch (reader.ReadKey())
                {
                    case "Name": name = reader.ReadText(); break;
                    case "Payload": payload = reader.ReadBytes(); break;
                    default: reader.Skip(); break;
                }
            }

            events.Add(new NamedPayload(name, payload));
        }

        return events;
    }
}
