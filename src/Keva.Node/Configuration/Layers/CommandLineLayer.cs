namespace Keva.Node.Configuration;

/// <summary>Reads settings from <c>--set path=value</c>.</summary>
internal static class CommandLineLayer
{
    public static List<SettingValue> Read(IReadOnlyList<string> assignments, List<ConfigurationProblem> problems)
    {
        var settings = new List<SettingValue>();
        foreach (var assignment in assignments)
        {
            var separator = assignment.IndexOf('=', StringComparison.Ordinal);
            var path = separator < 0 ? assignment : assignment[..separator].Trim();
            var origin = new ConfigurationOrigin(OriginKind.CommandLine, OneLine.Of($"--set {path}"));
            if (separator < 0 || path.Length == 0)
            {
                problems.Add(new ConfigurationProblem(origin, "--set takes path=value, for example --set raft.election-timeout=800ms"));
                continue;
            }

            settings.Add(new SettingValue(path, path, assignment[(separator + 1)..], NotSimple: null, origin));
        }

        return settings;
    }
}
