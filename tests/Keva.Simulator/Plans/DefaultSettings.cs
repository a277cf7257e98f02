using Keva.Node.Configuration;

namespace Keva.Simulator.Plans;

/// <summary>The settings that a node has when nobody sets any.</summary>
internal static class DefaultSettings
{
    public static NodeSettings Value { get; } = Load();

    private static NodeSettings Load()
    {
        var result = SettingsLoader.Load(new StartOptions());
        return result.Settings
            ?? throw new InvalidOperationException($"the default settings are wrong: {string.Join("; ", result.Problems)}");
    }
}
