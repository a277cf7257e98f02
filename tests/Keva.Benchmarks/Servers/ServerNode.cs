using System.Diagnostics;

namespace Keva.Benchmarks.Servers;

/// <summary>One server: its place on disk and on the loopback interface, and at times a process.</summary>
internal sealed class ServerNode(string name, string directory, int port, int peerPort) : IDisposable
{
    private const int ShownLogCharacters = 2000;

    private Process? process;

    public string Name { get; } = name;

    public string DataDirectory { get; } = Path.Combine(directory, name);

    /// <summary>Where it serves HTTP.</summary>
    public int Port { get; } = port;

    /// <summary>Where the other servers reach it.</summary>
    public int PeerPort { get; } = peerPort;

    public string Url { get; } = FormattableString.Invariant($"http://127.0.0.1:{port}");

    public bool IsRunning => process is { HasExited: false };

    public int ProcessId => process?.Id ?? throw new InvalidOperationException($"{Name} was not started");

    private string LogFile => DataDirectory + ".log";

    public void Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        // A shell sends both outputs to a file, and becomes the server: nobody here has to read along while measuring.
        var start = new ProcessStartInfo("/bin/sh")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            WorkingDirectory = Path.GetDirectoryName(LogFile),
        };
        foreach (var argument in (string[])["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1", "sh", LogFile, program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        // Whoever runs the benchmark may have settings of their own in the environment.
        foreach (var setting in start.Environment.Keys.Where(IsSetting).ToArray())
        {
            start.Environment.Remove(setting);
        }

        foreach (var (variable, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[variable] = value;
        }

        process?.Dispose();
        process = Process.Start(start)!;
    }

    /// <summary>Kills the process as <c>kill -9</c> does, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        if (process is { HasExited: false })
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    /// <summary>The end of what it logged.</summary>
    public string LogEnd()
    {
        var log = File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";
        return log.Length <= ShownLogCharacters ? log : log[^ShownLogCharacters..];
    }

    public void Dispose() => process?.Dispose();

    private static bool IsSetting(string name) =>
        name.StartsWith("ETCD_", StringComparison.Ordinal) || name.StartsWith("KEVA_", StringComparison.Ordinal);
}
