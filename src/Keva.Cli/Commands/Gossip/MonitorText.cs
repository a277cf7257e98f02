using System.Text;
using System.Text.Json;

namespace Keva.Cli.Commands.Gossip;

/// <summary>News in the form of <c>serf monitor</c>: a heading, and each property on a line.</summary>
internal static class MonitorText
{
    public static string Of(JsonElement news)
    {
        var text = new StringBuilder("Event Info:");
        foreach (var property in news.EnumerateObject())
        {
            text.Append("\n\t").Append(property.Name).Append(": ").Append(ValueOf(property.Value));
        }

        return text.ToString();
    }

    private static string ValueOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? JsonSerializer.Serialize(value.GetString(), CliJson.LineOptions) : value.GetRawText();
}
