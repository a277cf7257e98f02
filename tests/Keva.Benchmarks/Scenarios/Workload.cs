using System.Globalization;
using Keva.Benchmarks.Servers;

namespace Keva.Benchmarks.Scenarios;

/// <summary>Which nodes are asked.</summary>
internal enum Target
{
    Leader,
    Follower,
    AllNodes,
}

/// <summary>One kind of load.</summary>
internal sealed record Workload(string Name, double WriteShare, Target Target, int Connections)
{
    public int Keys { get; init; } = 1000;

    public int ValueBytes { get; init; } = 100;

    /// <summary>Whether the bare HTTP server takes the same load.</summary>
    public bool IsForBareServer { get; init; }

    public string Title => string.Create(
        CultureInfo.InvariantCulture,
        $"{What} {Where}, {Connections} connection{(Connections == 1 ? "" : "s")}, {Keys:#,0} keys, values of {ValueBytes:#,0} bytes");

    private string What => WriteShare switch
    {
        0 => "linearizable reads",
        1 => "durable writes",
        _ => string.Create(CultureInfo.InvariantCulture, $"{100 - (100 * WriteShare):0}% linearizable reads, {100 * WriteShare:0}% durable writes"),
    };

    private string Where => Target switch
    {
        Target.Leader => "at the leader",
        Target.Follower => "at a follower",
        _ => "at all nodes",
    };

    public int[] PortsOf(ServerCluster cluster, ServerNode leader) => Target switch
    {
        Target.Leader => [leader.Port],
        Target.Follower => [cluster.Nodes.First(node => node != leader).Port],
        _ => [.. cluster.Nodes.Select(node => node.Port)],
    };
}
