using Keva.Node.Configuration.Toml;

namespace Keva.Node.Configuration;

/// <summary>Takes a parsed keva.toml apart and reports all that is wrong with it, not only the first.</summary>
internal sealed class KevaTomlReader(List<ConfigurationProblem> problems)
{
    /// <summary>Far more members than a Raft group has use for; each of them would be dialled.</summary>
    private const int MaxNodes = 1000;

    private static readonly string[] TopLevelKeys = ["node", "cluster", "http", "security"];
    private static readonly string[] ClusterKeys = ["name"];

    private readonly List<ConfiguredNode> _nodes = [];
    private readonly List<SettingValue> _settings = [];

    /// <summary>Reads and parses the file; null if it cannot be read or is not TOML.</summary>
    public static KevaTomlFile? Read(string path, List<ConfigurationProblem> problems)
    {
        try
        {
            return new KevaTomlReader(problems).Read(path, TomlParser.Parse(path, ConfigurationFile.Read(path)));
        }
        catch (IOException failure)
        {
            problems.Add(new ConfigurationProblem(new ConfigurationOrigin(OriginKind.Toml, path), $"the configuration file cannot be read: {failure.Message}"));
        }
        catch (ConfigurationSyntaxException malformed)
        {
            problems.Add(new ConfigurationProblem(new ConfigurationOrigin(OriginKind.Toml, malformed.Position.ToString()), malformed.Problem));
        }

        return null;
    }

    /// <summary>Known settings in the spelling of keva.toml, as far as they can stand in it.</summary>
    public static IEnumerable<string> SettingSpellings(IEnumerable<string> known) => known
        .Where(path => path.StartsWith("http.", StringComparison.Ordinal))
        .Select(path => path.Replace('-', '_'));

    private KevaTomlFile Read(string name, TomlTable root)
    {
        foreach (var member in root.Members)
        {
            switch (member.Key)
            {
                case "node":
                    ReadNodes(member);
                    break;
                case "cluster":
                    ReadCluster(member);
                    break;
                case "http":
                    ReadHttp(member);
                    break;
                case "security":
                    Report(member.KeyPosition, "[security] is not supported yet: take it out; Keva has neither TLS nor tokens so far");
                    break;
                default:
                    Report(member.KeyPosition, $"unknown key '{member.Key}'{NearMiss.Suggest(member.Key, TopLevelKeys)}");
                    break;
            }
        }

        new NodeConflicts((origin, message) => problems.Add(new ConfigurationProblem(origin, message))).Check(_nodes);
        return new KevaTomlFile(name, _nodes, _settings);
    }

    private void ReadNodes(TomlMember member)
    {
        if (member.Value is not TomlArray array)
        {
            Report(member.KeyPosition, "nodes are tables in double brackets: [[node]]");
            return;
        }

        if (array.Items.Count > MaxNodes)
        {
            Report(array.Items[MaxNodes].Position, $"there are more than {MaxNodes} nodes");
            return;
        }

        foreach (var item in array.Items)
        {
            if (item is not TomlTable table)
            {
                Report(item.Position, $"a node is a table, [[node]], not {item.KindName}");
            }
            else if (new NodeTableReader(table, Report).Read() is { } node)
            {
                _nodes.Add(node);
            }
        }
    }

    private void ReadCluster(TomlMember member)
    {
        if (RequireTable(member) is not { } table)
        {
            return;
        }

        foreach (var setting in table.Members)
        {
            if (string.Equals(setting.Key, "name", StringComparison.Ordinal))
            {
                _settings.Add(ToSetting("cluster.name", "cluster.name", setting));
            }
            else
            {
                Report(setting.KeyPosition, $"unknown key '{setting.Key}' in [cluster]{NearMiss.Suggest(setting.Key, ClusterKeys)}");
            }
        }
    }

    private void ReadHttp(TomlMember member)
    {
        if (RequireTable(member) is not { } table)
        {
            return;
        }

        var seen = new Dictionary<string, TomlMember>(StringComparer.Ordinal);
        foreach (var setting in table.Members)
        {
            var path = "http." + setting.Key.Replace('_', '-');
            if (!seen.TryAdd(path, setting))
            {
                Report(setting.KeyPosition, $"'{setting.Key}' is the same setting as '{seen[path].Key}' in line {seen[path].KeyPosition.Line}");
            }

            _settings.Add(ToSetting(path, "http." + setting.Key, setting));
        }
    }

    private TomlTable? RequireTable(TomlMember member)
    {
        if (member.Value is TomlTable table)
        {
            return table;
        }

        Report(member.KeyPosition, $"'{member.Key}' must be a table, [{member.Key}], not {member.Value.KindName}");
        return null;
    }

    private static SettingValue ToSetting(string path, string writtenAs, TomlMember member)
    {
        var isSimple = member.Value is TomlString or TomlInteger or TomlFloat or TomlBoolean;
        var origin = new ConfigurationOrigin(OriginKind.Toml, member.KeyPosition.ToString());
        return new SettingValue(path, writtenAs, isSimple ? member.Value.ToString()! : "", isSimple ? null : member.Value.KindName, origin);
    }

    private void Report(SourcePosition position, string message) =>
        problems.Add(new ConfigurationProblem(new ConfigurationOrigin(OriginKind.Toml, position.ToString()), message));
}
