using System.Globalization;
using Keva.Benchmarks.CommandLine;
using Keva.LoadGenerator.Jobs;

namespace Keva.Benchmarks.Servers;

/// <summary>The HTTP server alone, in a process of its own: what any store behind it can reach at most.</summary>
internal sealed class BareKestrel(string parentDirectory, LoopbackPorts ports) : ServerCluster(SystemName, size: 1, parentDirectory, ports)
{
    public const string SystemName = "bare";

    public override DialectName Dialect => DialectName.Keva;

    public override void Start(ServerNode node) =>
        node.Start(Environment.ProcessPath!, [BenchCommand.BareMode, node.Port.ToString(CultureInfo.InvariantCulture)]);

    protected override async Task<bool> IsReadyAsync(ServerNode node, CancellationToken cancellation)
    {
        using var read = await Client.GetAsync(node.Url, cancellation);
        return read.IsSuccessStatusCode;
    }

    protected override Task<ServerNode?> FindLeaderAsync(CancellationToken cancellation) => Task.FromResult<ServerNode?>(Nodes[0]);
}
