using System.Globalization;
using System.Text;
using System.Text.Json;
using Keva.LoadGenerator.Jobs;

namespace Keva.Benchmarks.Servers;

/// <summary>A cluster of Keva as an operator makes one: a file that names three nodes, and the defaults for all else.</summary>
internal sealed class KevaCluster : ServerCluster
{
    public const string SystemName = "keva";

    // Built together with the benchmark, so it lies beside it.
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "keva");

    // If the benchmark is killed, the nodes end with it.
    private static readonly Dictionary<string, string> StopWithBenchmark = new(StringComparer.Ordinal) { ["KEVA_STOP_WITH_INPUT"] = "1" };

    private readonly string configFile;

    public KevaCluster(string parentDirectory, LoopbackPorts ports)
        : base(SystemName, size: 3, parentDirectory, ports)
    {
        var text = new StringBuilder();
        foreach (var node in Nodes)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"[[node]]\nidentity='{node.Name}'\naddress='127.0.0.1'\nkeva_port={node.PeerPort}\nuser_port={node.Port}\n\n");
        }

        configFile = Path.Combine(ClusterDirectory, "keva.toml");
        File.WriteAllText(configFile, text.ToString());
    }

    public override DialectName Dialect => DialectName.Keva;

    public override void Start(ServerNode node) => node.Start(
        Program,
        ["start", "--config-file", configFile, "--node-identity", node.Name, "--working-directory", node.DataDirectory],
        StopWithBenchmark);

    protected override async Task<bool> IsReadyAsync(ServerNode node, CancellationToken cancellation)
    {
        using var health = await Client.GetAsync($"{node.Url}/health/ready", cancellation);
        if (!health.IsSuccessStatusCode)
        {
            return false;
        }

        using var read = await Client.GetAsync($"{node.Url}/v1/storage/key/none", cancellation);
        return read.IsSuccessStatusCode;
    }

    protected override async Task<ServerNode?> FindLeaderAsync(CancellationToken cancellation)
    {
        var names = new HashSet<string?>(StringComparer.Ordinal);
        foreach (var node in Nodes.Where(node => node.IsRunning))
        {
            using var picture = JsonDocument.Parse(await Client.GetStringAsync($"{node.Url}/v1/cluster", cancellation));
            names.Add(picture.RootElement.GetProperty("leader").GetString());
        }

        return names.Count == 1 ? Nodes.SingleOrDefault(node => node.IsRunning && node.Name == names.Single()) : null;
    }
}
