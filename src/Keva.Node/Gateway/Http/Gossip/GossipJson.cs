using System.Text.Json;
using System.Text.Unicode;
using Keva.Serf;
using GossipStatus = Keva.Serf.MemberStatus;

namespace Keva.Node.Gateway.Http.Gossip;

/// <summary>How things of the gossip are written as JSON; members as the JSON of Serf's own program has them.</summary>
internal static class GossipJson
{
    public static void WriteMember(Utf8JsonWriter json, Member member)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, member.Name);
        json.WriteString("addr"u8, member.Address.ToString());
        json.WriteNumber("port"u8, member.Address.Port);
        WriteTags(json, member.Tags);
        json.WriteString("status"u8, NameOf(member.Status));
        json.WriteStartObject("protocol"u8);
        json.WriteNumber("max"u8, member.Versions.DelegateMax);
        json.WriteNumber("min"u8, member.Versions.DelegateMin);
        json.WriteNumber("version"u8, member.Versions.Delegate);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void WriteTags(Utf8JsonWriter json, IReadOnlyDictionary<string, string> tags)
    {
        json.WriteStartObject("tags"u8);
        foreach (var (name, value) in tags.OrderBy(tag => tag.Key, StringComparer.Ordinal))
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    }

    /// <summary>As text, or in base 64 if the bytes are no UTF-8.</summary>
    public static void WritePayload(Utf8JsonWriter json, ReadOnlySpan<byte> payload)
    {
        if (Utf8.IsValid(payload))
        {
            json.WriteString("payload"u8, payload);
        }
        else
        {
            json.WriteBase64String("payload64"u8, payload);
        }
    }

    public static string NameOf(GossipStatus status) => status switch
    {
        GossipStatus.None => "none",
        GossipStatus.Alive => "alive",
        GossipStatus.Leaving => "leaving",
        GossipStatus.Left => "left",
        GossipStatus.Failed => "failed",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "a status without a name"),
    };
}
