using System.Diagnostics;
using System.Text.Json;
using Keva.LoadGenerator.Jobs;

namespace Keva.Benchmarks.Generator;

/// <summary>The load generator, in a process of its own, which takes one job after the other.</summary>
internal sealed class GeneratorProcess : IAsyncDisposable
{
    // Beside the benchmark, from the same build.
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Keva.LoadGenerator");

    private readonly Process process = Process.Start(new ProcessStartInfo(Program)
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    /// <summary>
    /// One thread drives far more requests than three nodes beside it on a small machine can answer; on a large one it
    /// gets company.
    /// </summary>
    public static int ThreadsFor(int connections) => Math.Min(connections, Math.Clamp(Environment.ProcessorCount / 4, 1, 8));

    public async Task<LoadResult> RunAsync(LoadJob job, CancellationToken cancellation)
    {
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(job).AsMemory(), cancellation);
        await process.StandardInput.FlushAsync(cancellation);
        var line = await process.StandardOutput.ReadLineAsync(cancellation)
            ?? throw new BenchmarkException("the load generator has ended; what it said stands above");
        return JsonSerializer.Deserialize<LoadResult>(line)!;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }
}
