using System.Diagnostics.Metrics;
using System.Text;

namespace Keva.Node.Telemetry.Prometheus;

/// <summary>
/// The names of metrics and labels as Prometheus takes them. Keva's own instruments are called so already; the runtime's
/// have dots and keep their unit apart: <c>dotnet.gc.pause.time</c> in seconds becomes
/// <c>dotnet_gc_pause_time_seconds_total</c>, as the OpenTelemetry exporters call it.
/// </summary>
internal static class MetricName
{
    public static string Of(Instrument instrument, MetricType type)
    {
        var name = Cleaned(instrument.Name, mayHaveColon: true);
        if (UnitSuffix(instrument.Unit) is { } unit)
        {
            name = WithSuffix(name, unit, before: "_total");
        }

        return type == MetricType.Counter ? WithSuffix(name, "_total", before: "") : name;
    }

    /// <summary>The name of a label: letters, digits and underscores, no digit in front.</summary>
    public static string LabelOf(string tag) => Cleaned(tag, mayHaveColon: false);

    private static string WithSuffix(string name, string suffix, string before) =>
        name.EndsWith(suffix, StringComparison.Ordinal) || (before.Length > 0 && name.EndsWith(suffix + before, StringComparison.Ordinal))
            ? name
            : name + suffix;

    /// <summary>Units are UCUM's; what stands in braces only says what is counted.</summary>
    private static string? UnitSuffix(string? unit) => unit switch
    {
        "s" => "_seconds",
        "ms" => "_milliseconds",
        "By" => "_bytes",
        "%" => "_percent",
        _ => null,
    };

    private static string Cleaned(string name, bool mayHaveColon)
    {
        var text = new StringBuilder(name.Length + 1);
        foreach (var c in name)
        {
            text.Append(char.IsAsciiLetterOrDigit(c) || c == '_' || (c == ':' && mayHaveColon) ? c : '_');
        }

        return text.Length == 0 || char.IsAsciiDigit(text[0]) ? "_" + text : text.ToString();
    }
}
