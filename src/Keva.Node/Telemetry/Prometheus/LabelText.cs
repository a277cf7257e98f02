using System.Globalization;
using System.Text;

namespace Keva.Node.Telemetry.Prometheus;

/// <summary>Tags as Prometheus writes labels: <c>method="GET",code="200"</c>.</summary>
internal static class LabelText
{
    public static string Of(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var text = new StringBuilder();
        foreach (ref readonly var tag in tags)
        {
            text.Append(text.Length > 0 ? "," : "").Append(MetricName.LabelOf(tag.Key)).Append("=\"");
            AppendEscaped(text, Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "");
            text.Append('"');
        }

        return text.ToString();
    }

    /// <summary>A label's value may be any text; backslash, quote and line feed are escaped.</summary>
    private static void AppendEscaped(StringBuilder text, string value)
    {
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' => text.Append("\\\\"),
                '"' => text.Append("\\\""),
                '\n' => text.Append("\\n"),
                _ => text.Append(c),
            };
        }
    }
}
