using System.Globalization;
using System.Text;

namespace Keva.Tests.Telemetry;

/// <summary>
/// Reads Prometheus' text format 0.0.4 and takes nothing that is not it: each name, label and escape, one TYPE before all of
/// a metric's lines, all of its lines together, no line twice, and what counters and histograms promise.
/// </summary>
internal sealed class PrometheusParser
{
    private static readonly string[] Types = ["counter", "gauge", "histogram", "summary", "untyped"];

    private readonly Dictionary<string, ParsedMetric> metrics = new(StringComparer.Ordinal);
    private ParsedMetric? current;
    private (string Name, string Text)? help;
    private int lineNumber;

    private PrometheusParser()
    {
    }

    /// <exception cref="FormatException">The text is not of the format; the message says where and why.</exception>
    public static IReadOnlyDictionary<string, ParsedMetric> Parse(string text)
    {
        var parser = new PrometheusParser();
        if (text.Length > 0 && text[^1] != '\n')
        {
            throw new FormatException("the last line has no line feed");
        }

        if (text.Contains('\r', StringComparison.Ordinal))
        {
            throw new FormatException("lines end in a line feed alone");
        }

        foreach (var line in text.Split('\n')[..^1])
        {
            parser.lineNumber++;
            parser.Take(line);
        }

        foreach (var metric in parser.metrics.Values)
        {
            metric.Check();
        }

        return parser.metrics;
    }

    private void Take(string line)
    {
        if (line.Length == 0)
        {
            return;
        }

        if (line.StartsWith("# HELP ", StringComparison.Ordinal))
        {
            var parts = line["# HELP ".Length..].Split(' ', 2);
            Require(IsName(parts[0], colon: true), "HELP is about a metric");
            Require(help is null, "one HELP, then its TYPE");
            Require(!parts[1].Replace("\\\\", "", StringComparison.Ordinal).Replace("\\n", "", StringComparison.Ordinal).Contains('\\', StringComparison.Ordinal), "HELP has known escapes");
            help = (parts[0], parts[1]);
        }
        else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
        {
            var parts = line["# TYPE ".Length..].Split(' ');
            Require(parts.Length == 2 && IsName(parts[0], colon: true) && Types.Contains(parts[1]), "TYPE has a name and a type");
            Require(help is null || help.Value.Name == parts[0], "HELP and TYPE are about the same metric");
            Require(!metrics.ContainsKey(parts[0]), $"{parts[0]} is typed once, and all its lines are together");
            metrics.Add(parts[0], current = new ParsedMetric(parts[0], parts[1], help?.Text));
            help = null;
        }
        else
        {
            Require(!line.StartsWith('#'), "a comment is of no use here");
            TakeSample(line);
        }
    }

    private void TakeSample(string line)
    {
        var nameEnd = line.IndexOfAny(['{', ' ']);
        Require(nameEnd > 0, "a sample has a name and a value");
        var name = line[..nameEnd];
        Require(IsName(name, colon: true), $"'{name}' is a name");
        var labels = new List<(string Name, string Value)>();
        var rest = line[nameEnd] == '{' ? TakeLabels(line, nameEnd + 1, labels) : nameEnd;
        Require(rest < line.Length && line[rest] == ' ', "a space stands before the value");
        Require(current is not null && current.Takes(name), $"{name} stands below its TYPE");
        current!.Add(new ParsedSample(name, labels, ValueOf(line[(rest + 1)..])));
    }

    private int TakeLabels(string line, int at, List<(string Name, string Value)> labels)
    {
        while (line[at] != '}')
        {
            var equals = line.IndexOf('=', at);
            Require(equals > at && equals + 1 < line.Length && line[equals + 1] == '"', "a label has a name and a quoted value");
            var name = line[at..equals];
            Require(IsName(name, colon: false), $"'{name}' is a label");
            Require(labels.TrueForAll(label => label.Name != name), $"{name} stands once");
            var value = new StringBuilder();
            for (at = equals + 2; line[at] != '"'; at++)
            {
                if (line[at] != '\\')
                {
                    value.Append(line[at]);
                    continue;
                }

                value.Append(line[++at] switch
                {
                    '\\' => '\\',
                    '"' => '"',
                    'n' => '\n',
                    var other => throw new FormatException($"line {lineNumber}: '\\{other}' is no escape"),
                });
            }

            labels.Add((name, value.ToString()));
            at++;
            Require(line[at] is ',' or '}', "labels are separated by commas");
            at += line[at] == ',' ? 1 : 0;
        }

        return at + 1;
    }

    private double ValueOf(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) => value,
        _ => throw new FormatException($"line {lineNumber}: '{text}' is no value"),
    };

    private static bool IsName(string name, bool colon) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_' || (colon && c == ':'));

    private void Require(bool holds, string rule)
    {
        if (!holds)
        {
            throw new FormatException($"line {lineNumber}: {rule}");
        }
    }
}

/// <summary>One line with a value.</summary>
internal sealed record ParsedSample(string Name, IReadOnlyList<(string Name, string Value)> Labels, double Value)
{
    public string? this[string label] => Labels.FirstOrDefault(own => own.Name == label).Value;

    /// <summary>The same for the same labels, in whatever order they stand.</summary>
    public string Key(bool withBound) => Name + "|" + string.Join(
        ",", Labels.Where(label => withBound || label.Name != "le").OrderBy(label => label.Name, StringComparer.Ordinal).Select(label => $"{label.Name}={label.Value}"));
}

/// <summary>All lines of a metric.</summary>
internal sealed class ParsedMetric(string name, string type, string? help)
{
    private readonly List<ParsedSample> samples = [];
    private readonly HashSet<string> keys = new(StringComparer.Ordinal);

    public string Name => name;

    public string Type => type;

    public string? Help => help;

    public IReadOnlyList<ParsedSample> Samples => samples;

    /// <summary>The value with exactly these labels among others.</summary>
    public double Value(params (string Name, string Value)[] labels) => ValueOf(name, labels);

    /// <summary>How many values a histogram has with these labels among others.</summary>
    public double Count(params (string Name, string Value)[] labels) => ValueOf(name + "_count", labels);

    public bool Takes(string sample) =>
        sample == name || (type == "histogram" && (sample == name + "_bucket" || sample == name + "_sum" || sample == name + "_count"));

    public void Add(ParsedSample sample)
    {
        if (!keys.Add(sample.Key(withBound: true)))
        {
            throw new FormatException($"{sample.Key(withBound: true)} stands twice");
        }

        samples.Add(sample);
    }

    public void Check()
    {
        Require(samples.Count > 0, "it has a value");
        if (type == "counter")
        {
            Require(name.EndsWith("_total", StringComparison.Ordinal), "a counter's name ends in _total");
            Require(samples.TrueForAll(sample => sample.Value >= 0), "a counter is not negative");
        }
        else if (type == "histogram")
        {
            CheckHistogram();
        }
        else
        {
            Require(!name.EndsWith("_total", StringComparison.Ordinal), "what ends in _total is a counter");
        }
    }

    private double ValueOf(string sampleName, (string Name, string Value)[] labels) =>
        samples.Where(sample => sample.Name == sampleName && Array.TrueForAll(labels, label => sample[label.Name] == label.Value)).Sum(sample => sample.Value);

    private void CheckHistogram()
    {
        Require(samples.TrueForAll(sample => sample.Name != name), "a histogram has no value of its own");
        foreach (var group in samples.GroupBy(sample => sample.Key(withBound: false)[(sample.Name.Length + 1)..]))
        {
            var buckets = group.Where(sample => sample.Name == name + "_bucket").ToArray();
            Require(buckets.Length > 0 && buckets[^1]["le"] == "+Inf", "the last bucket is +Inf");
            var bounds = buckets[..^1].Select(bucket => double.Parse(bucket["le"]!, CultureInfo.InvariantCulture)).ToArray();
            Require(bounds.SequenceEqual(bounds.Order()) && bounds.Distinct().Count() == bounds.Length, "bounds grow");
            var counts = buckets.Select(bucket => bucket.Value).ToArray();
            Require(counts.SequenceEqual(counts.Order()), "buckets hold those before them");
            var count = Assert.Single(group, sample => sample.Name == name + "_count");
            Assert.Single(group, sample => sample.Name == name + "_sum");
            Require(count.Value.Equals(counts[^1]), "the count is that of the last bucket");
        }
    }

    private void Require(bool holds, string rule)
    {
        if (!holds)
        {
            throw new FormatException($"{name}: {rule}");
        }
    }
}
