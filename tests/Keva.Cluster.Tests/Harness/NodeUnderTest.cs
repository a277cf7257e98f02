using System.Globalization;
using System.Text;

namespace Keva.Cluster.Tests.Harness;

/// <summary>One node of a <see cref="ClusterUnderTest"/>: a name, two ports, a directory, and at times a process.</summary>
/// <param name="name">Its name.</param>
/// <param name="configFile">The keva.toml that lists it; null if none does.</param>
/// <param name="directory">Where it keeps its data.</param>
/// <param name="settings">What is set for each of its processes.</param>
internal sealed class NodeUnderTest(string name, string? configFile, string directory, IReadOnlyList<string> settings) : IAsyncDisposable
{
    // Each start writes these once over. Hundreds of nodes that do so at their full size keep the disk busy for nothing.
    private static readonly string[] SmallFiles = ["journal.wal-bytes=4MiB", "journal.reserve-bytes=1MiB"];

    private readonly StringBuilder earlierLogs = new();
    private KevaProcess? process;
    private KevaClient? client;

    public string Name { get; } = name;

    public string? ConfigFile { get; } = configFile;

    public int PeerPort { get; private set; } = FreePorts.Next();

    public int UserPort { get; private set; } = FreePorts.Next();

    /// <summary>Where nodes reach it, <c>host:port</c>.</summary>
    public string PeerAddress => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{PeerPort}");

    /// <summary>The addresses that its next process is told to <c>--join</c>.</summary>
    public IReadOnlyList<string> Seeds { get; set; } = [];

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

        string[] place = ConfigFile is { } file
            ? ["--config-file", file]
            : ["--keva-address", PeerAddress, "--user-address", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{UserPort}")];
        string[] seeds = Seeds.Count > 0 ? ["--join", string.Join(',', Seeds)] : [];
        process = KevaProcess.Start(
        [
            "start", "--node-identity", Name, "--working-directory", DataDirectory, .. place, .. seeds,
            .. SmallFiles.Concat(settings).Concat(moreSettings).SelectMany(setting => new[] { "--set", setting }),
        ]);
    }

    /// <summary>Its next process listens elsewhere. A keva.toml that lists it must be written anew.</summary>
    public void TakeOtherPorts()
    {
        client?.Dispose();
        client = null;
        (PeerPort, UserPort) = (FreePorts.Next(), FreePorts.Next());
    }

    /// <summary>Has it forget all it knew, its identity too. It must not run.</summary>
    public void Wipe() => Directory.Delete(DataDirectory, recursive: true);

    /// <summary>Why it is not ready, as it says; null if it is.</summary>
    public async Task<string?> WhyNotReadyAsync()
    {
        var ready = await Client.SendAsync(HttpMethod.Get, "/health/ready");
        return ready.IsSuccess ? null : ready.Text;
    }

    /// <summary>Runs <c>keva</c> against this node, for an operator.</summary>
    public Task<ProgramResult> OperateAsync(params string[] command) => KevaProcess.RunAsync([.. command, "--address", Url]);

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
