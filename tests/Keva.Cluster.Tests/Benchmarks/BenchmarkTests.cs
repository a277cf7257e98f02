using System.Diagnostics;
using System.Text.Json;
using Keva.Cluster.Tests.Harness;

namespace Keva.Cluster.Tests.Benchmarks;

/// <summary>The benchmark itself: that it starts a cluster, loads it, and reports. What it measures is nobody's business here.</summary>
[Collection(AloneOnTheMachine.Name)]
public sealed class BenchmarkTests
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Keva.Benchmarks");

    [FactOnLinux]
    public async Task A_short_run_of_one_workload_reports_its_figures_without_an_error()
    {
        using var directory = new TemporaryDirectory();
        var json = directory.Sub("figures.json");

        // Not among the temporary files: those may be in memory, which the benchmark refuses.
        var data = Path.Combine(AppContext.BaseDirectory, "bench-test-data");
        var (exitCode, output) = await RunAsync("--rounds", "1", "--seconds", "0.3", "--only", "write-16", "--directory", data, "--json", json);

        Assert.True(exitCode == 0, output);
        Assert.Contains("write-16: durable writes at the leader", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(data));
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(json));
        var figures = report.RootElement.GetProperty("workloads").EnumerateArray().Single().GetProperty("figures").EnumerateArray()
            .Where(figure => figure.GetProperty("system").GetString() == "keva")
            .ToDictionary(figure => figure.GetProperty("metric").GetString()!, figure => figure.GetProperty("median").GetDouble(), StringComparer.Ordinal);
        Assert.Equal(0, figures["errors"]);
        Assert.InRange(figures["requests_per_second"], 1, double.MaxValue);
        Assert.InRange(figures["p50_ms"], 0.001, figures["p99_ms"]);
        Assert.InRange(figures["p99_ms"], figures["p50_ms"], figures["p999_ms"]);
        Assert.InRange(figures["dirtied_bytes_per_byte_stored"], 0, double.MaxValue);
    }

    [FactOnLinux]
    public async Task A_name_that_no_workload_has_is_refused()
    {
        var (exitCode, output) = await RunAsync("--only", "nothing");

        Assert.Equal(1, exitCode);
        Assert.Contains("no workload is called nothing", output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(new CancellationTokenSource(Eventually.Deadline * 3).Token);
        return (process.ExitCode, await output + await errors);
    }
}
