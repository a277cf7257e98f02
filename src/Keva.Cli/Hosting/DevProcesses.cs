using System.Diagnostics;

namespace Keva.Cli.Hosting;

/// <summary>
/// The processes of a cluster's nodes. Each is told to stop by closing its standard input, which also happens if this
/// process dies: no node outlives it.
/// </summary>
internal sealed class DevProcesses : IDisposable
{
    private readonly List<(string Name, Process Process, string LogFile)> nodes = [];

    public bool HasEnded => nodes.Any(node => node.Process.HasExited);

    public void Start(string name, string configFile, string workingDirectory)
    {
        Directory.CreateDirectory(workingDirectory);
        var logFile = workingDirectory + ".log";
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
            Environment = { [NodeProcess.StopWithInputVariable] = "1" },
        };

        // Started as 'dotnet keva.dll', this process is dotnet, and wants to be told which program to run.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(DevProcesses).Assembly.Location);
        }

        foreach (var argument in new[] { "start", "--config-file", configFile, "--node-identity", name, "--working-directory", workingDirectory })
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{name} could not be started");
        CopyLog(process, logFile);
        nodes.Add((name, process, logFile));
    }

    /// <summary>Waits until a node ends by itself, and says which and why.</summary>
    public async Task WaitForAnyExitAsync(CancellationToken cancellation)
    {
        await Task.WhenAny(nodes.Select(node => node.Process.WaitForExitAsync(cancellation)));
        cancellation.ThrowIfCancellationRequested();
        foreach (var (name, process, logFile) in nodes.Where(node => node.Process.HasExited))
        {
            var reason = File.Exists(logFile) ? File.ReadLines(logFile).LastOrDefault(line => line.StartsWith("keva: ", StringComparison.Ordinal)) : null;
            Terminal.Error($"{name} ended with exit code {process.ExitCode}: {reason?["keva: ".Length..] ?? "see its log"} (log: {logFile})");
        }
    }

    public void StopAll(TimeSpan timeout)
    {
        foreach (var (_, process, _) in nodes)
        {
            process.StandardInput.Close();
        }

        foreach (var (name, process, _) in nodes)
        {
            if (!process.WaitForExit(timeout))
            {
                Terminal.Error($"{name} did not stop in {timeout.TotalSeconds} s and was killed");
                process.Kill();
            }
        }
    }

    public void Dispose()
    {
        foreach (var (_, process, _) in nodes)
        {
            process.Dispose();
        }
    }

    private static void CopyLog(Process process, string logFile)
    {
        var log = new StreamWriter(logFile, append: true) { AutoFlush = true };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                log.Dispose();
            }
            else
            {
                log.WriteLine(line.Data);
            }
        };
        process.BeginErrorReadLine();
    }
}
