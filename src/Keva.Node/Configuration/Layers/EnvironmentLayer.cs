namespace Keva.Node.Configuration;

/// <summary>
/// Reads settings from environment variables: <c>KEVA__RAFT__ELECTION_TIMEOUT</c> is <c>raft.election-timeout</c>. Two
/// underscores separate levels, one stands for a hyphen.
/// </summary>
internal static class EnvironmentLayer
{
    private const string Prefix = "KEVA__";

    public static IEnumerable<SettingValue> Read(IReadOnlyDictionary<string, string> environment, List<ConfigurationProblem> problems)
    {
        var settings = new SortedDictionary<string, SettingValue>(StringComparer.Ordinal);
        var names = environment.Keys.Where(name => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase));
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            var path = string.Join('.', name[Prefix.Length..].Split("__").Select(part => part.Replace('_', '-').ToLowerInvariant()));
            var origin = new ConfigurationOrigin(OriginKind.Environment, $"environment variable {name}");
            if (!settings.TryAdd(path, new SettingValue(path, name, environment[name], NotSimple: null, origin)))
            {
                problems.Add(new ConfigurationProblem(origin, $"{settings[path].WrittenAs} sets {path}, too; remove one of them"));
            }
        }

        return settings.Values;
    }

    /// <summary>The variable for a setting.</summary>
    public static string NameOf(string path) =>
        Prefix + path.Replace(".", "__", StringComparison.Ordinal).Replace('-', '_').ToUpperInvariant();
}
