using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Keva.Cli.Hosting;

/// <summary>Several nodes on this machine, each a process of its own, for trying things out.</summary>
internal static class DevCluster
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(string directory, int count, int basePort, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        var nodes = Enumerable.Range(0, count)
            .Select(i => new DevNode($"host{i + 1}", basePort + i, basePort + 100 + i))
            .ToArray();
        if (FindPortInUse(nodes) is { } taken)
        {
            // Asked before any node is started: the nodes of another cluster on these ports would answer for ours.
            Terminal.Error($"port {taken} on 127.0.0.1 is in use, perhaps by another 'keva dev'; stop it, or choose another --base-port");
            return ExitCode.Failure;
        }

        var configFile = Path.Combine(directory, "keva.toml");
        try
        {
            Directory.CreateDirectory(directory);
            WriteConfiguration(configFile, nodes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Terminal.Error($"{directory} cannot be used: {exception.Message}");
            return ExitCode.Failure;
        }

        using var processes = new DevProcesses();
        foreach (var node in nodes)
        {
            processes.Start(node.Name, configFile, Path.Combine(directory, node.Name));
        }

        var exitCode = await ServeAsync(nodes, processes, directory, stop.Token);
        processes.StopAll(StopTimeout);
        return exitCode;

        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    private static int? FindPortInUse(DevNode[] nodes)
    {
        foreach (var port in nodes.SelectMany(node => new[] { node.PeerPort, node.UserPort }))
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
            }
            catch (SocketException)
            {
                return port;
            }
        }

        return null;
    }

    private static async Task<int> ServeAsync(DevNode[] nodes, DevProcesses processes, string directory, CancellationToken stop)
    {
        try
        {
            if (await WaitForLeaderAsync(nodes, processes, stop) is not { } leader)
            {
                return ExitCode.Failure;
            }

            Describe(nodes, leader, directory);
            await processes.WaitForAnyExitAsync(stop);
            return ExitCode.Failure;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Ok;
        }
    }

    /// <summary>The leader's name once all nodes know it; null if a node ended before that.</summary>
    private static async Task<string?> WaitForLeaderAsync(DevNode[] nodes, DevProcesses processes, CancellationToken stop)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        using var timer = new PeriodicTimer(PollInterval);
        while (await timer.WaitForNextTickAsync(stop))
        {
            if (processes.HasEnded)
            {
                await processes.WaitForAnyExitAsync(stop);
                return null;
            }

            var leaders = await Task.WhenAll(nodes.Select(node => LeaderAccordingToAsync(http, node, stop)));
            if (leaders[0] is { } leader && leaders.All(other => other == leader))
            {
                return leader;
            }
        }

        return null;
    }

    private static async Task<string?> LeaderAccordingToAsync(HttpClient http, DevNode node, CancellationToken stop)
    {
        try
        {
            using var ready = await http.GetAsync(new Uri(node.Url + "/health/ready"), stop);
            if (!ready.IsSuccessStatusCode)
            {
                return null;
            }

            using var json = JsonDocument.Parse(await http.GetByteArrayAsync(new Uri(node.Url + "/v1/cluster"), stop));
            return json.RootElement.GetProperty("leader").GetString();
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException || (exception is TaskCanceledException && !stop.IsCancellationRequested))
        {
            return null;
        }
    }

    private static void Describe(DevNode[] nodes, string leader, string directory)
    {
        Terminal.Line($"A cluster of {nodes.Length} is up; its data and logs are in {directory}.");
        Terminal.Line("");
        foreach (var node in nodes)
        {
            Terminal.Line($"  {node.Name}  {node.Url}{(leader == node.Name ? "  (leader)" : "")}");
        }

        Terminal.Line("");
        Terminal.Line($"Try:        curl -X POST --data-binary 'hello' {nodes[0].Url}/v1/storage/key/greeting");
        Terminal.Line($"            curl {nodes[^1].Url}/v1/storage/key/greeting");
        Terminal.Line($"Dashboard:  {nodes[0].Url}/");
        Terminal.Line("Ctrl-C stops all nodes and keeps their data.");
    }

    private static void WriteConfiguration(string file, DevNode[] nodes)
    {
        var text = new StringBuilder("# Written by 'keva dev' at every start.\n");
        foreach (var node in nodes)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n[[node]]\nidentity = '{node.Name}'\naddress = '127.0.0.1'\nkeva_port = {node.PeerPort}\nuser_port = {node.UserPort}\n");
        }

        File.WriteAllText(file, text.ToString());
    }

    private sealed record DevNode(string Name, int PeerPort, int UserPort)
    {
        public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{UserPort}");
    }
}
