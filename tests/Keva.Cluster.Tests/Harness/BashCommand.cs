using System.Diagnostics;

namespace Keva.Cluster.Tests.Harness;

/// <summary>A command line as somebody types it into bash, with the program under test on the path.</summary>
internal static class BashCommand
{
    public static async Task<ProgramResult> RunAsync(string command, string directory, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("bash", ["-c", command])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        start.Environment["PATH"] = $"{Path.GetDirectoryName(KevaProcess.ProgramPath)}:{start.Environment["PATH"]}";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var output = new MemoryStream();
        using var limit = new CancellationTokenSource(2 * Eventually.Deadline);
        try
        {
            var copying = process.StandardOutput.BaseStream.CopyToAsync(output, limit.Token);
            var errors = await process.StandardError.ReadToEndAsync(limit.Token);
            await copying;
            await process.WaitForExitAsync(limit.Token);
            return new ProgramResult(process.ExitCode, output.ToArray(), errors);
        }
        catch (OperationCanceledException exception)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'{command}' did not end in time", exception);
        }
    }
}
