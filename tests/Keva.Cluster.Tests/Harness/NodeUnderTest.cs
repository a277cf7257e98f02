using System.Globalization;
using System.Text;

namespace Keva.Cluster.Tests.Harness;

/// <summary>One node of a <see cref="ClusterUnderTest"/>: a name, two ports, a directory, and at times a process.</summary>
internal sealed class NodeUnderTest(string name, string configFile, string directory, IReadOnlyList<string> settings) : IAsyncDisposable
{
    private readonly StringBuilder earlierLogs = new();
    private KevaProcess? process;
    private KevaClient? client;

    public string Name { get; } = name;

    public string ConfigFile { get; } = configFile;

    public int PeerPort { get; } = FreePorts.Next();

    public int UserPort { get; } = FreePorts.Next();

    /// <summary>Where it keeps its data.</summary>
    public string DataDirectory { get; } = directory;

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{UserPort}");

    public KevaClient Client => client ??= new KevaClient(Url);

    public bool IsRunning => process is { HasExited: false };

    /// <summary>The process while there is one.</summary>
    public KevaProcess Process => process ?? throw new InvalidOperationException($"{Name} was not started");

    /// <summary>All that it logged, in all its lives.</summary>
    public string Log => earlierLogs + (process?.Errors ?? "");

    public void Start(params string[] moreSettings)
    {
        if (process is not null)
        {
            earlierLogs.Append(process.Errors);
        }

        string[] arguments = ["start", "--config-file", ConfigFile, "--node-identity", Name, "--working-directory", DataDirectory];
        process = KevaProcess.Start(arguments.Concat(settings.Concat(moreSettings).SelectMany(setting => new[] { "--set", setting })));
    }

    public async Task<ProgramResult> StopAsync()
    {
        Process.Send(UnixSignal.Terminate);
        return await Process.WaitForEndAsync();
    }

    public Task KillAsync() => Process.KillAsync();

    public void Pause() => Process.Send(UnixSignal.Stop);

    public void Resume() => Process.Send(UnixSignal.Continue);

    public Task WaitUntilReadyAsync(TimeSpan? deadline = null) =>
        Eventually.BecomesTrueAsync(
            () => IsRunning ? Client.IsReadyAsync() : throw new InvalidOperationException($"{Name} has ended; it said: {Process.Errors}"),
            $"{Name} is ready",
            deadline);

    public Task WaitForLogAsync(string text, TimeSpan? deadline = null) =>
        Eventually.BecomesTrueAsync(() => Log.Contains(text, StringComparison.Ordinal), $"{Name} logs '{text}'", deadline);

    public async ValueTask DisposeAsync()
    {
        client?.Dispose();
        if (process is not null)
        {
            await process.DisposeAsync();
        }
    }
}
