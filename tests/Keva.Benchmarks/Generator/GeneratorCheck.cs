using System.Globalization;
using System.Text.RegularExpressions;
using Keva.Benchmarks.Figures;
using Keva.Benchmarks.Reports;
using Keva.Benchmarks.Scenarios;
using Keva.Benchmarks.Servers;
using Keva.LoadGenerator.Jobs;
using Keva.LoadGenerator.Measuring;

namespace Keva.Benchmarks.Generator;

/// <summary>
/// Whether the load generator is the bottleneck: it and wrk, with as many threads and connections, at a server that does
/// nothing but HTTP.
/// </summary>
internal static class GeneratorCheck
{
    private const string Own = "generator";
    private const string Wrk = "wrk";
    private const double Tolerance = 0.97;

    private static readonly int[] ConnectionCounts = [1, 16, 64, 256];

    public static async Task<int> RunAsync(BenchContext context)
    {
        await using var bare = await context.StartBareAsync();
        var hasWrk = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(directory => File.Exists(Path.Combine(directory, Wrk)));
        if (!hasWrk)
        {
            Console.Error.WriteLine("There is no wrk on the PATH (on Debian: apt-get install wrk): only the generator itself is measured.");
        }

        foreach (var connections in ConnectionCounts)
        {
            var name = FormattableString.Invariant($"bare-read-{connections}");
            await context.TakeTurnsAsync<string>(hasWrk ? [Own, Wrk] : [Own], context.Options.Rounds, async (tool, round) =>
            {
                var (perSecond, microseconds) = tool == Own
                    ? await OwnAsync(context, bare, connections)
                    : await WrkAsync(context, bare, connections);
                context.Figures.Add(name, tool, Metric.Throughput, perSecond);
                context.Figures.Add(name, tool, Metric.ProcessorCost, microseconds);
                BenchContext.Progress($"{name} round {round + 1} {tool}: {perSecond:#,0}/s, {microseconds:0.0} µs of CPU each");
            });
        }

        return Report(context);
    }

    private static async Task<(double PerSecond, double Microseconds)> OwnAsync(BenchContext context, ServerCluster bare, int connections)
    {
        var result = await context.Generator.RunAsync(
            new LoadJob
            {
                Dialect = DialectName.Keva,
                Ports = [bare.Nodes[0].Port],
                Connections = connections,
                Threads = GeneratorProcess.ThreadsFor(connections),
                WarmUpSeconds = context.Options.WarmUpSeconds,
                Seconds = context.Options.Seconds,
                Keys = 1000,
                ValueBytes = 100,
            },
            context.Cancellation);
        return result.Errors == 0
            ? (result.Requests / result.Seconds, result.GeneratorProcessorSeconds / result.Requests * 1e6)
            : throw new BenchmarkException($"the bare server gave {result.Errors} wrong answers: {result.FirstError}");
    }

    private static async Task<(double PerSecond, double Microseconds)> WrkAsync(BenchContext context, ServerCluster bare, int connections)
    {
        // wrk takes whole seconds, and has no warming up to leave out.
        var seconds = Math.Max(1, (int)Math.Ceiling(context.Options.Seconds)).ToString(CultureInfo.InvariantCulture);
        var threads = GeneratorProcess.ThreadsFor(connections).ToString(CultureInfo.InvariantCulture);
        var count = connections.ToString(CultureInfo.InvariantCulture);
        var url = bare.Nodes[0].Url + "/v1/storage/key/v000100-0000001";
        var before = ProcessUsage.EndedChildrenSeconds();
        var said = await ProgramOutput.OfAsync(Wrk, ["-t", threads, "-c", count, "-d", seconds, url], context.Cancellation);
        var used = ProcessUsage.EndedChildrenSeconds() - before;
        var found = Regex.Match(
            said, @"(?<count>\d+) requests in .*Requests/sec:\s+(?<rate>[0-9.]+)", RegexOptions.ExplicitCapture | RegexOptions.Singleline, TimeSpan.FromSeconds(1));
        return found.Success
            ? (Number(found.Groups["rate"]), used / Number(found.Groups["count"]) * 1e6)
            : throw new BenchmarkException($"wrk said something else than expected: {said}");
    }

    private static double Number(Group group) => double.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    private static int Report(BenchContext context)
    {
        var table = new TextTable();
        table.Add("connections", "generator requests/s", "wrk requests/s", "generator / wrk", "generator CPU µs", "wrk CPU µs");
        var isFastEnough = true;
        foreach (var connections in ConnectionCounts)
        {
            var name = FormattableString.Invariant($"bare-read-{connections}");
            var own = context.Figures.Find(name, Own, Metric.Throughput)!;
            var wrk = context.Figures.Find(name, Wrk, Metric.Throughput);
            var ratio = own.Median / wrk?.Median;
            isFastEnough &= ratio is null or >= Tolerance;
            table.Add(
                connections.ToString(CultureInfo.InvariantCulture),
                own.Median.ToString("#,0", CultureInfo.InvariantCulture),
                wrk?.Median.ToString("#,0", CultureInfo.InvariantCulture) ?? "",
                ratio?.ToString("0.00", CultureInfo.InvariantCulture) ?? "",
                Microseconds(Own),
                Microseconds(Wrk));

            string Microseconds(string tool) =>
                context.Figures.Find(name, tool, Metric.ProcessorCost)?.Median.ToString("0.0", CultureInfo.InvariantCulture) ?? "";
        }

        foreach (var line in table.Lines(indent: ""))
        {
            Console.WriteLine(line);
        }

        Console.WriteLine(isFastEnough ? FormattableString.Invariant($"The generator reaches at least {Tolerance:0.00} of what wrk reaches.") : "The generator is slower than wrk: it may be the bottleneck.");
        return isFastEnough ? 0 : 1;
    }
}
