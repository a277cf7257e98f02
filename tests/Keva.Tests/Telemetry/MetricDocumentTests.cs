using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Keva.Journal.Directories;
using Keva.Node.Configuration;
using Keva.Node.Gateway;
using Keva.Node.Hosting;
using Keva.Node.Telemetry;
using Keva.Node.Telemetry.Prometheus;
using Keva.Node.Telemetry.Warnings;
using Keva.Node.Transport;
using Keva.Raft;
using Keva.Tests.Gateway;
using Keva.Tests.Settings;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keva.Tests.Telemetry;

/// <summary>The documents, the dashboard and the alerts name what there is.</summary>
public sealed partial class MetricDocumentTests : IDisposable
{
    private static readonly string[] Suffixes = ["", "_bucket", "_sum", "_count"];
    private readonly Settings.TemporaryDirectory temporary = new();
    private readonly string node = $"documented-{Guid.NewGuid():N}";

    public void Dispose() => temporary.Dispose();

    [Fact]
    public async Task The_page_lists_every_metric_with_its_type_and_meaning()
    {
        var page = await File.ReadAllTextAsync(Repository.PathOf("docs", "METRICS.md"));
        var listed = Row().Matches(page).Select(row => $"{row.Groups["name"].Value} {row.Groups["type"].Value}: {row.Groups["meaning"].Value}").Order(StringComparer.Ordinal);
        var actual = (await InstrumentsAsync()).Select(instrument => $"{instrument.Name} {TypeOf(instrument)}: {instrument.Description}").Order(StringComparer.Ordinal);
        Assert.Equal(actual, listed);
    }

    [Fact]
    public async Task The_page_lists_every_warning()
    {
        var page = await File.ReadAllTextAsync(Repository.PathOf("docs", "METRICS.md"));
        var listed = page.Split("\n## ").Single(section => section.StartsWith("Warnings", StringComparison.Ordinal)).Split('\n')
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('`')[1]);
        Assert.Equal(AllCodes().Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("docs", "prometheus", "alerts.yml")]
    [InlineData("docs", "grafana", "keva.json")]
    [InlineData("docs", "METRICS.md")]
    public async Task Every_metric_that_is_named_exists(params string[] file)
    {
        var text = await File.ReadAllTextAsync(Repository.PathOf(file));
        var known = (await InstrumentsAsync()).Select(instrument => instrument.Name).Concat(RuntimeMetrics())
            .SelectMany(name => Suffixes, (name, suffix) => name + suffix)
            .ToHashSet(StringComparer.Ordinal);
        var named = Name().Matches(text).Select(match => match.Value).Where(name => name is not ("keva_port" or "keva_address")).Distinct().ToArray();
        Assert.True(named.Length > 10, "the file names metrics");
        Assert.All(named, name => Assert.Contains(name, known));
    }

    [Fact]
    public async Task The_dashboard_is_JSON_whose_panels_have_a_title_a_meaning_and_a_query_and_do_not_overlap()
    {
        using var dashboard = JsonDocument.Parse(await File.ReadAllTextAsync(Repository.PathOf("docs", "grafana", "keva.json")));
        var taken = new HashSet<(int X, int Y)>();
        foreach (var panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
        {
            Assert.NotEmpty(panel.GetProperty("title").GetString()!);
            var place = panel.GetProperty("gridPos");
            for (var x = 0; x < place.GetProperty("w").GetInt32(); x++)
            {
                for (var y = 0; y < place.GetProperty("h").GetInt32(); y++)
                {
                    Assert.True(taken.Add((place.GetProperty("x").GetInt32() + x, place.GetProperty("y").GetInt32() + y)));
                    Assert.True(place.GetProperty("x").GetInt32() + x < 24);
                }
            }

            if (panel.GetProperty("type").GetString() != "row")
            {
                Assert.NotEmpty(panel.GetProperty("description").GetString()!);
                Assert.All(panel.GetProperty("targets").EnumerateArray(), target => Assert.NotEmpty(target.GetProperty("expr").GetString()!));
            }
        }
    }

    [Fact]
    public async Task Every_alert_has_a_reason_a_summary_and_something_to_do()
    {
        var lines = await File.ReadAllLinesAsync(Repository.PathOf("docs", "prometheus", "alerts.yml"));
        var alerts = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].TrimStart().StartsWith("- alert:", StringComparison.Ordinal))
            {
                continue;
            }

            alerts++;
            var rest = lines.Skip(i + 1).TakeWhile(line => line.Length > 0).ToArray();
            foreach (var key in (string[])["expr:", "labels: { severity:", "summary:", "action:"])
            {
                Assert.Single(rest, line => line.TrimStart().StartsWith(key, StringComparison.Ordinal));
            }

            var isObvious = lines[i].Contains("KevaDiskFull", StringComparison.Ordinal);
            Assert.True(isObvious || lines[i - 1].TrimStart().StartsWith("# ", StringComparison.Ordinal), $"{lines[i]} needs a reason");
        }

        Assert.True(alerts >= 15);
    }

    [GeneratedRegex(@"^\| `(?<name>keva_[a-z_]+)` \| (?<type>\w+) \| [^|]*\| (?<meaning>.*) \|$", RegexOptions.Multiline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Row();

    [GeneratedRegex(@"\b(keva|dotnet)_[a-z_]+\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();

    private static string TypeOf(Instrument instrument) =>
        instrument is Histogram<double> ? "histogram" : instrument.GetType().Name.StartsWith("ObservableCounter", StringComparison.Ordinal) ? "counter" : "gauge";

    private static IEnumerable<string> AllCodes() => typeof(IWarningRule).Assembly.GetTypes()
        .Where(type => type.IsAssignableTo(typeof(IWarningRule)) && !type.IsInterface)
        .Select(type => ((IWarningRule)Activator.CreateInstance(type, [.. type.GetConstructors().Single().GetParameters().Select(parameter => Activator.CreateInstance(parameter.ParameterType))])!).Code);

    private static IEnumerable<string> RuntimeMetrics()
    {
        GC.Collect();
        using var aggregator = new MetricAggregator(meter => meter.Name == NodeTelemetry.RuntimeMeterName);
        return aggregator.Collect().Select(family => family.Name).ToArray();
    }

    /// <summary>Those of a node that has just been made, whether they have a value or not.</summary>
    private async Task<IReadOnlyList<Instrument>> InstrumentsAsync()
    {
        var instruments = new List<Instrument>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Tags?.Any(tag => node.Equals(tag.Value)) == true)
                {
                    lock (instruments)
                    {
                        instruments.Add(instrument);
                    }
                }
            },
        };
        var settings = SettingsLoader.Load(new StartOptions { NodeIdentity = node, WorkingDirectory = temporary.Path, KevaAddress = "127.0.0.1:3700", UserAddress = "127.0.0.1:3800" }).Settings!;
        using var directory = WorkingDirectory.Open(temporary.Path, node, new NodeId(1));
        await using var telemetry = new NodeTelemetry(
            settings, directory, new ClusterViewHolder(Views.Leading("host1")), new PeerTraffic(), new InboundPeers(NullLogger.Instance, TimeProvider.System), TimeProvider.System, NullLogger.Instance);
        listener.Start();
        lock (instruments)
        {
            return [.. instruments];
        }
    }
}
