using System.Diagnostics;

namespace Keva.Benchmarks;

/// <summary>Runs a program of the system to its end.</summary>
internal static class ProgramOutput
{
    /// <summary>What the program wrote to its standard output.</summary>
    /// <exception cref="BenchmarkException">It failed.</exception>
    public static async Task<string> OfAsync(string program, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0 ? output : throw new BenchmarkException($"{program} failed with exit code {process.ExitCode}");
    }
}
