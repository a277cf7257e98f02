using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;

namespace Keva.Node.Configuration;

/// <summary>TOML and HOCON files for <see cref="IConfigurationBuilder"/>.</summary>
public static class ConfigurationBuilderExtensions
{
    /// <param name="builder">Where to add it.</param>
    /// <param name="path">Relative to the base path of the builder.</param>
    /// <param name="optional">Whether the file may be missing.</param>
    /// <param name="reloadOnChange">Whether to read it again when it changes.</param>
    public static IConfigurationBuilder AddTomlFile(
        this IConfigurationBuilder builder,
        string path,
        bool optional = false,
        bool reloadOnChange = false) =>
        builder.Add<TomlConfigurationSource>(source =>
        {
            source.Path = path;
            source.Optional = optional;
            source.ReloadOnChange = reloadOnChange;
            source.ResolveFileProvider();
        });

    /// <param name="builder">Where to add it.</param>
    /// <param name="path">Relative to the base path of the builder.</param>
    /// <param name="optional">Whether the file may be missing.</param>
    /// <param name="reloadOnChange">Whether to read it again when it changes (not when a file that it includes does).</param>
    /// <param name="environment">Variables that substitutions may fall back to.</param>
    public static IConfigurationBuilder AddHoconFile(
        this IConfigurationBuilder builder,
        string path,
        bool optional = false,
        bool reloadOnChange = false,
        IReadOnlyDictionary<string, string>? environment = null) =>
        builder.Add<HoconConfigurationSource>(source =>
        {
            source.Path = path;
            source.Optional = optional;
            source.ReloadOnChange = reloadOnChange;
            source.Environment = environment ?? ImmutableDictionary<string, string>.Empty;
            source.ResolveFileProvider();
        });
}
