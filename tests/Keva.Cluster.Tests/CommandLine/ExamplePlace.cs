using System.Globalization;
using Keva.Cluster.Tests.Harness;

namespace Keva.Cluster.Tests.CommandLine;

/// <summary>
/// Where examples run: a directory with the files that they name, and a cluster at the addresses that they name, which are
/// other ones in truth.
/// </summary>
internal sealed class ExamplePlace : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly ClusterUnderTest cluster;
    private int directories;

    public ExamplePlace(ClusterUnderTest cluster)
    {
        this.cluster = cluster;
        File.Copy(cluster.ConfigFile, directory.Sub("keva.toml"));
        for (var i = 0; i < cluster.Nodes.Length; i++)
        {
            Directory.CreateSymbolicLink(directory.Sub($"workdir{i + 1}"), cluster.Nodes[i].DataDirectory);
        }

        Environment = new Dictionary<string, string>
        {
            ["KEVA_ADDRESS"] = cluster.Nodes[0].Url,

            // What is started here ends with the tests.
            ["KEVA_STOP_WITH_INPUT"] = "1",
        };
    }

    public IReadOnlyDictionary<string, string> Environment { get; }

    public void Dispose() => directory.Dispose();

    public Task<ProgramResult> RunAsync(string example) =>
        BashCommand.RunAsync(Localize(example), directory.Path, new Dictionary<string, string> { ["KEVA_ADDRESS"] = cluster.Nodes[0].Url });

    /// <summary>A directory with a keva.toml of three nodes that do not run.</summary>
    public string NewDirectory()
    {
        var path = directory.Sub(string.Create(CultureInfo.InvariantCulture, $"place{++directories}"));
        Directory.CreateDirectory(path);
        var nodes = Enumerable.Range(1, 3).Select(number => string.Create(
            CultureInfo.InvariantCulture, $"[[node]]\nidentity='host{number}'\naddress='127.0.0.1'\nkeva_port={FreePorts.Next()}\nuser_port={FreePorts.Next()}\n"));
        File.WriteAllText(Path.Combine(path, "keva.toml"), string.Join('\n', nodes));
        return path;
    }

    /// <summary>What starts a node gets ports of its own: those that it would have may be taken on this machine.</summary>
    public string WithOwnAddresses(string example, string path)
    {
        var ports = FreePorts.NextRange(3).ToString(CultureInfo.InvariantCulture);
        return Localize(example
            .Replace("127.0.0.1:3703", $"127.0.0.1:{FreePorts.Next()}", StringComparison.Ordinal)
            .Replace("127.0.0.1:3803", $"127.0.0.1:{FreePorts.Next()}", StringComparison.Ordinal)
            .Replace("--base-port 4700", $"--base-port {ports}", StringComparison.Ordinal)) + (example, path) switch
            {
                ("keva start", _) => $" --keva-address 127.0.0.1:{FreePorts.Next()} --user-address 127.0.0.1:{FreePorts.Next()}",
                ("keva dev", _) => $" --base-port {ports}",
                _ => "",
            };
    }

    private string Localize(string example)
    {
        for (var i = 0; i < cluster.Nodes.Length; i++)
        {
            example = example
                .Replace(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{3700 + i}"), cluster.Nodes[i].PeerAddress, StringComparison.Ordinal)
                .Replace(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{3800 + i}"), cluster.Nodes[i].Url, StringComparison.Ordinal);
        }

        return example;
    }
}
