using System.Diagnostics.CodeAnalysis;
using Keva.Node.Configuration.Hocon;

namespace Keva.Node.Configuration;

/// <summary>The files of <c>hocon/</c>, which are part of the program.</summary>
internal static class BuiltInConfiguration
{
    /// <summary>The names that <c>--hocon</c> takes in place of a path.</summary>
    public static readonly IReadOnlyList<string> ProfileNames = ["local", "lan", "wan"];

    /// <summary>The defaults.</summary>
    public static HoconSource Reference { get; } = Load("reference");

    public static bool TryGetProfile(string name, [NotNullWhen(true)] out HoconSource? profile)
    {
        profile = ProfileNames.Contains(name, StringComparer.Ordinal) ? Load(name) : null;
        return profile is not null;
    }

    private static HoconSource Load(string name)
    {
        var resource = $"Keva.Node.hocon.{name}.conf";
        using var stream = typeof(BuiltInConfiguration).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"the program was built without {resource}");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new HoconSource($"built-in {name}.conf", bytes);
    }
}
