namespace Keva.Node.Configuration;

/// <summary>
/// Reads the configuration in its layers, later over earlier: the built-in reference.conf, <c>--hocon</c>, keva.toml,
/// the environment, <c>--set</c>.
/// </summary>
public static class SettingsLoader
{
    /// <summary>Never throws for what a user can mend: that is in the result.</summary>
    public static SettingsLoadResult Load(StartOptions options) => throw new NotSupportedException(options.ToString());
}
