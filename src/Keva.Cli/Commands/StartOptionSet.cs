using System.Collections;
using System.CommandLine;
using Keva.Node.Configuration;

namespace Keva.Cli.Commands;

/// <summary>The options that say what a node is started with; the same wherever a node is started or its settings shown.</summary>
internal sealed class StartOptionSet
{
    private readonly Option<string?> configFile = new("--config-file") { HelpName = "file", Description = "keva.toml with the nodes of the cluster" };
    private readonly Option<string?> identity = new("--node-identity") { HelpName = "name", Description = "which of the nodes in the file this is, or its name" };
    private readonly Option<string?> directory = new("--working-directory") { HelpName = "directory", Description = "where the node keeps its data (default ./keva-data)" };
    private readonly Option<string?> kevaAddress = new("--keva-address") { HelpName = "host:port", Description = "host:port for other nodes, for a node that is in no file" };
    private readonly Option<string?> userAddress = new("--user-address") { HelpName = "host:port", Description = "host:port for users, for a node that is in no file" };
    private readonly Option<string[]> join = new("--join") { HelpName = "host:port", Description = "the keva address of any node of the cluster to join; several, separated by commas, or the option repeated" };
    private readonly Option<string[]> hocon = new("--hocon") { HelpName = "file", Description = "a file of tunables, or the name of a profile: local, lan, wan" };
    private readonly Option<string[]> set = new("--set") { HelpName = "path=value", Description = "one tunable, as in --set raft.election-timeout=800ms" };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { configFile, identity, directory, kevaAddress, userAddress, join, hocon, set })
        {
            command.Options.Add(option);
        }
    }

    public StartOptions Read(ParseResult parsed) => new()
    {
        ConfigFile = parsed.GetValue(configFile),
        NodeIdentity = parsed.GetValue(identity),
        WorkingDirectory = parsed.GetValue(directory),
        KevaAddress = parsed.GetValue(kevaAddress),
        UserAddress = parsed.GetValue(userAddress),
        Join = parsed.GetValue(join) ?? [],
        Hocon = parsed.GetValue(hocon) ?? [],
        Set = parsed.GetValue(set) ?? [],
        Environment = Environment.GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal),
    };

    /// <summary>Loads the settings; says every problem, and gives null, if there are any.</summary>
    public NodeSettings? Load(ParseResult parsed)
    {
        var result = SettingsLoader.Load(Read(parsed));
        foreach (var problem in result.Problems)
        {
            Terminal.Error(problem.ToString());
        }

        return result.Settings;
    }
}
