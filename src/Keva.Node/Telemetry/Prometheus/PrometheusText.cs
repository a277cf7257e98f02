using System.Buffers;
using System.Globalization;
using System.Text;

namespace Keva.Node.Telemetry.Prometheus;

/// <summary>Writes metrics in Prometheus' text format, version 0.0.4.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static void Write(IReadOnlyList<MetricFamily> families, IBufferWriter<byte> output)
    {
        foreach (var family in families)
        {
            if (family.Help.Length > 0)
            {
                Write(output, $"# HELP {family.Name} {Escaped(family.Help)}\n");
            }

            Write(output, $"# TYPE {family.Name} {NameOf(family.Type)}\n");
            foreach (var sample in family.Samples)
            {
                if (sample.Distribution is { } distribution)
                {
                    WriteDistribution(output, family.Name, sample.Labels, distribution);
                }
                else
                {
                    WriteSample(output, family.Name, sample.Labels, sample.Value);
                }
            }
        }
    }

    private static void WriteDistribution(IBufferWriter<byte> output, string name, string labels, DistributionSnapshot distribution)
    {
        var separator = labels.Length > 0 ? "," : "";
        var total = 0L;
        for (var i = 0; i < distribution.Counts.Length; i++)
        {
            // A bucket is of all that is no more than its bound, so each holds those before it, too.
            total += distribution.Counts[i];
            var bound = i < distribution.Bounds.Length ? Number(distribution.Bounds[i]) : "+Inf";
            WriteSample(output, name + "_bucket", $"{labels}{separator}le=\"{bound}\"", total);
        }

        WriteSample(output, name + "_sum", labels, distribution.Sum);
        WriteSample(output, name + "_count", labels, total);
    }

    private static void WriteSample(IBufferWriter<byte> output, string name, string labels, double value) =>
        Write(output, labels.Length > 0 ? $"{name}{{{labels}}} {Number(value)}\n" : $"{name} {Number(value)}\n");

    private static void Write(IBufferWriter<byte> output, string text) => Encoding.UTF8.GetBytes(text, output);

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string Escaped(string help) =>
        help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string NameOf(MetricType type) => type switch
    {
        MetricType.Counter => "counter",
        MetricType.Gauge => "gauge",
        MetricType.Histogram => "histogram",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "a type without a name"),
    };
}
