using System.Net.Http.Json;
using System.Text.Json;
using Keva.LoadGenerator.Jobs;

namespace Keva.Benchmarks.Servers;

/// <summary>A cluster of etcd with its defaults, but for a larger quota: it keeps every value that was ever written.</summary>
internal sealed class EtcdCluster(string parentDirectory, LoopbackPorts ports) : ServerCluster(SystemName, size: 3, parentDirectory, ports)
{
    public const string SystemName = "etcd";

    // etcd's documentation names 8 GiB as the largest that it advises.
    private const long QuotaBytes = 8L << 30;

    /// <summary>The program on the PATH, if there is one.</summary>
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(directory => Path.Combine(directory, SystemName))
        .FirstOrDefault(File.Exists);

    public override DialectName Dialect => DialectName.Etcd;

    public override void Start(ServerNode node)
    {
        var program = Program ?? throw new BenchmarkException("there is no etcd on the PATH");
        var members = string.Join(',', Nodes.Select(member => FormattableString.Invariant($"{member.Name}=http://127.0.0.1:{member.PeerPort}")));
        var peerUrl = FormattableString.Invariant($"http://127.0.0.1:{node.PeerPort}");
        node.Start(program, [
            "--name", node.Name,
            "--data-dir", node.DataDirectory,
            "--listen-client-urls", node.Url,
            "--advertise-client-urls", node.Url,
            "--listen-peer-urls", peerUrl,
            "--initial-advertise-peer-urls", peerUrl,
            "--initial-cluster", members,
            "--initial-cluster-state", "new",
            FormattableString.Invariant($"--quota-backend-bytes={QuotaBytes}"),
        ]);
    }

    protected override async Task<bool> IsReadyAsync(ServerNode node, CancellationToken cancellation)
    {
        using var read = await Client.PostAsJsonAsync($"{node.Url}/v3/kv/range", new { key = "bm9uZQ==" }, cancellation);
        return read.IsSuccessStatusCode;
    }

    protected override async Task<ServerNode?> FindLeaderAsync(CancellationToken cancellation)
    {
        var leaders = new HashSet<string?>(StringComparer.Ordinal);
        var members = new Dictionary<string, ServerNode>(StringComparer.Ordinal);
        foreach (var node in Nodes.Where(node => node.IsRunning))
        {
            using var answer = await Client.PostAsJsonAsync($"{node.Url}/v3/maintenance/status", new { }, cancellation);
            answer.EnsureSuccessStatusCode();
            using var status = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellation));
            members[status.RootElement.GetProperty("header").GetProperty("member_id").GetString()!] = node;

            // Left out while there is none.
            leaders.Add(status.RootElement.TryGetProperty("leader", out var leader) ? leader.GetString() : null);
        }

        return leaders.Count == 1 && leaders.Single() is { } id ? members.GetValueOrDefault(id) : null;
    }
}
