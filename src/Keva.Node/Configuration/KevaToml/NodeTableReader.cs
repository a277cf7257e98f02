using System.Globalization;
using Keva.Node.Configuration.Toml;

namespace Keva.Node.Configuration;

/// <summary>Reads one <c>[[node]]</c>.</summary>
internal sealed class NodeTableReader(TomlTable table, Action<SourcePosition, string> report)
{
    private static readonly string[] Keys = ["identity", "address", "keva_port", "user_port", "wait_time"];

    /// <summary>Null if something that a node needs is missing or wrong; that is reported then.</summary>
    public ConfiguredNode? Read()
    {
        foreach (var unknown in table.Members.Where(entry => !Keys.Contains(entry.Key, StringComparer.Ordinal)))
        {
            report(unknown.KeyPosition, $"unknown key '{unknown.Key}' in [[node]]{NearMiss.Suggest(unknown.Key, Keys)}");
        }

        var identity = ReadText("identity", NodeName.ProblemWith);
        var address = ReadText("address", HostAndPort.ProblemWithHost);
        var kevaPort = ReadPort("keva_port");
        var userPort = ReadPort("user_port");
        var waitTime = ReadWaitTime();
        var origin = new ConfigurationOrigin(OriginKind.Toml, table.Position.ToString());
        if (identity is null || address is null || kevaPort is null || userPort is null)
        {
            return null;
        }

        var member = new InitialMember(identity, new HostAndPort(address, kevaPort.Value), new HostAndPort(address, userPort.Value));
        return new ConfiguredNode(member, waitTime, origin);
    }

    private string? ReadText(string key, Func<string, string?> findProblem)
    {
        if (Require(key) is not { } member)
        {
            return null;
        }

        var problem = member.Value is TomlString text
            ? findProblem(text.Value)
            : $"it must be a string, not {member.Value.KindName}";
        if (problem is null)
        {
            return ((TomlString)member.Value).Value;
        }

        report(member.KeyPosition, $"{key}: {problem}");
        return null;
    }

    private int? ReadPort(string key)
    {
        if (Require(key) is not { } member)
        {
            return null;
        }

        if (member.Value is not (TomlString or TomlInteger))
        {
            report(member.KeyPosition, $"{key}: it must be a number or a string with one, not {member.Value.KindName}");
            return null;
        }

        if (HostAndPort.TryParsePort(member.Value.ToString()!, out var port, out var problem))
        {
            return port;
        }

        report(member.KeyPosition, $"{key}: {problem}");
        return null;
    }

    private SettingValue? ReadWaitTime()
    {
        if (!table.TryGet("wait_time", out var member))
        {
            return null;
        }

        const NumberStyles Style = NumberStyles.AllowDecimalPoint;
        if (member.Value is TomlString or TomlInteger or TomlFloat
            && NumberText.TryParse<decimal>(member.Value.ToString(), Style, out var seconds)
            && seconds > 0)
        {
            var origin = new ConfigurationOrigin(OriginKind.Toml, member.KeyPosition.ToString());
            return new SettingValue("raft.election-timeout", "wait_time", seconds.ToString(CultureInfo.InvariantCulture) + "s", NotSimple: null, origin);
        }

        report(member.KeyPosition, "wait_time: it must be a number of seconds above zero, such as 5 or 0.8");
        return null;
    }

    private TomlMember? Require(string key)
    {
        if (table.TryGet(key, out var member))
        {
            return member;
        }

        report(table.Position, $"this [[node]] has no {key}");
        return null;
    }
}
