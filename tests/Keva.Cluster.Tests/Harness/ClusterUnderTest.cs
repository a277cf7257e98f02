using System.Globalization;
using System.Text;
using Keva.Cluster.Tests.Harness.Network;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests.Harness;

/// <summary>
/// A cluster as an operator makes one: a keva.toml, and a process of the program for each node in it. Disposing it
/// kills every process, removes every file, and gives the nodes' logs to the test's output.
/// </summary>
internal sealed class ClusterUnderTest : IAsyncDisposable
{
    private const int ShownLogCharacters = 6_000;

    private readonly ITestOutputHelper output;
    private readonly TemporaryDirectory directory = new();
    private readonly string[] settings;
    private readonly NetworkUnderTest? network;

    /// <param name="output">Where the logs go in the end.</param>
    /// <param name="size">How many nodes.</param>
    /// <param name="settings">Settings of all nodes, as for <c>--set</c>.</param>
    /// <param name="directoryOf">Where a node keeps its data; a directory beside the others' if null.</param>
    /// <param name="canBeCut">Whether the nodes reach each other through <see cref="Network"/>.</param>
    public ClusterUnderTest(
        ITestOutputHelper output, int size = 3, string[]? settings = null, Func<string, string?>? directoryOf = null, bool canBeCut = false)
    {
        this.output = output;
        this.settings = canBeCut ? [.. settings ?? [], "membership.fixed-addresses=on"] : settings ?? [];
        ConfigFile = directory.Sub("keva.toml");
        Nodes = Enumerable.Range(1, size)
            .Select(number => $"host{number}")
            .Select(name => new NodeUnderTest(
                name, canBeCut ? directory.Sub($"{name}.toml") : ConfigFile, directoryOf?.Invoke(name) ?? directory.Sub(name), this.settings))
            .ToArray();
        network = canBeCut ? new NetworkUnderTest(Nodes) : null;
        WriteConfiguration();
    }

    /// <summary>The one file of all nodes, unless each has its own because their network can be cut.</summary>
    public string ConfigFile { get; }

    /// <summary>Those of the file, and those that were added.</summary>
    public NodeUnderTest[] Nodes { get; private set; }

    public NetworkUnderTest Network => network ?? throw new InvalidOperationException("the network of this cluster cannot be cut");

    public IEnumerable<NodeUnderTest> Running => Nodes.Where(node => node.IsRunning);

    public NodeUnderTest this[string name] => Nodes.Single(node => node.Name == name);

    /// <summary>A cluster that serves.</summary>
    public static async Task<ClusterUnderTest> StartAsync(
        ITestOutputHelper output, int size = 3, string[]? settings = null, Func<string, string?>? directoryOf = null, bool canBeCut = false)
    {
        var cluster = new ClusterUnderTest(output, size, settings, directoryOf, canBeCut);
        try
        {
            cluster.StartAll();
            await cluster.WaitUntilReadyAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A node that is in no file, not started yet. Without seeds it is to be a cluster of one.</summary>
    public NodeUnderTest Add(string name, params NodeUnderTest[] seeds)
    {
        var node = new NodeUnderTest(name, configFile: null, directory.Sub($"{name}-{Nodes.Length}"), settings)
        {
            Seeds = [.. seeds.Select(seed => seed.PeerAddress)],
        };
        Nodes = [.. Nodes, node];
        return node;
    }

    /// <summary>Writes the nodes' files: again, if their ports have changed.</summary>
    public void WriteConfiguration()
    {
        foreach (var files in Nodes.Where(node => node.ConfigFile is not null).GroupBy(node => node.ConfigFile!, StringComparer.Ordinal))
        {
            File.WriteAllText(files.Key, ConfigurationFor(files.First()));
        }
    }

    public void StartAll()
    {
        foreach (var node in Nodes)
        {
            node.Start();
        }
    }

    /// <summary>Waits until each running node is ready.</summary>
    public async Task WaitUntilReadyAsync()
    {
        foreach (var node in Running.ToArray())
        {
            await node.WaitUntilReadyAsync();
        }
    }

    /// <summary>The leader, once all running nodes agree on who that is.</summary>
    public Task<NodeUnderTest> LeaderAsync() =>
        Eventually.ResultOfAsync(
            async () =>
            {
                var pictures = await Task.WhenAll(Running.Select(node => node.Client.ClusterAsync()));
                var leader = pictures[0].Leader;
                return leader is not null && pictures.All(picture => picture.Leader == leader) && this[leader].IsRunning ? this[leader] : null;
            },
            "all running nodes know the same leader");

    public NodeUnderTest[] AllBut(params NodeUnderTest[] nodes) => Nodes.Except(nodes).ToArray();

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
            var log = node.Log;
            output.WriteLine($"--- {node.Name} ({node.Url}), {log.Length} characters of log");
            output.WriteLine(log.Length <= ShownLogCharacters ? log : "..." + log[^ShownLogCharacters..]);
        }

        if (network is not null)
        {
            await network.DisposeAsync();
        }

        directory.Dispose();
    }

    /// <summary>All nodes, as this one reaches them.</summary>
    private string ConfigurationFor(NodeUnderTest reader)
    {
        var text = new StringBuilder();
        foreach (var node in Nodes.Where(node => node.ConfigFile is not null))
        {
            var port = network?.PortOf(node, from: reader) ?? node.PeerPort;
            text.Append(CultureInfo.InvariantCulture, $"[[node]]\nidentity='{node.Name}'\naddress='127.0.0.1'\nkeva_port='{port}'\nuser_port={node.UserPort}\n\n");
        }

        return text.ToString();
    }
}
