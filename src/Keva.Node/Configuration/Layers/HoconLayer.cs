using Keva.Node.Configuration.Hocon;

namespace Keva.Node.Configuration;

/// <summary>Reads reference.conf and the files of <c>--hocon</c> into settings.</summary>
internal static class HoconLayer
{
    /// <summary>
    /// Most characters of the paths of all settings together. Each setting repeats the names above it, so that a long name
    /// above many settings would otherwise take memory with the square of the file's length.
    /// </summary>
    private const int MaxPathCharacters = 16 * 1024 * 1024;

    /// <summary>
    /// The settings of all given files merged over the defaults. The defaults come first once more, alone, so that a
    /// file that hides a whole section (<c>raft = null</c>) leaves no setting without a value.
    /// </summary>
    public static IEnumerable<SettingValue> Read(StartOptions options, List<ConfigurationProblem> problems)
    {
        var settings = Flatten(HoconReader.Read([BuiltInConfiguration.Reference]));
        var sources = new List<HoconSource> { BuiltInConfiguration.Reference };
        foreach (var name in options.Hocon)
        {
            if (Open(name, problems) is { } source)
            {
                sources.Add(source);
            }
        }

        if (sources.Count == 1)
        {
            return settings;
        }

        var readerOptions = new HoconReaderOptions
        {
            Environment = options.Environment,
            Includes = ConfigurationFile.ReadInclude,
        };
        try
        {
            return settings.Concat(Flatten(HoconReader.Read(sources, readerOptions)));
        }
        catch (ConfigurationSyntaxException malformed)
        {
            problems.Add(new ConfigurationProblem(OriginOf(malformed.Position), malformed.Problem));
            return settings;
        }
    }

    private static HoconSource? Open(string name, List<ConfigurationProblem> problems)
    {
        if (BuiltInConfiguration.TryGetProfile(name, out var profile))
        {
            return profile;
        }

        try
        {
            return ConfigurationFile.ReadHocon(name);
        }
        catch (IOException failure)
        {
            problems.Add(new ConfigurationProblem(
                new ConfigurationOrigin(OriginKind.CommandLine, $"--hocon {name}"),
                $"{failure.Message}; give a file, or a profile: {string.Join(", ", BuiltInConfiguration.ProfileNames)}"));
            return null;
        }
    }

    private static IEnumerable<SettingValue> Flatten(HoconObject root)
    {
        var settings = new List<SettingValue>();
        var charactersLeft = MaxPathCharacters;
        Flatten(root, [], settings, ref charactersLeft);
        return settings;
    }

    private static void Flatten(HoconObject obj, List<string> path, List<SettingValue> settings, ref int charactersLeft)
    {
        foreach (var (key, value) in obj.Fields)
        {
            path.Add(key);
            if (value is HoconObject { Fields.Count: > 0 } inner)
            {
                Flatten(inner, path, settings, ref charactersLeft);
            }
            else
            {
                var text = (value as HoconScalar)?.Text ?? "";
                var isText = value is HoconScalar { Kind: not HoconScalarKind.Null };
                var rendered = HoconPath.Render(path);
                charactersLeft -= rendered.Length;
                if (charactersLeft < 0)
                {
                    throw new ConfigurationSyntaxException(value.Position, "the names above the settings are far too long");
                }

                settings.Add(new SettingValue(rendered, rendered, text, isText ? null : value.KindName, OriginOf(value.Position)));
            }

            path.RemoveAt(path.Count - 1);
        }
    }

    private static ConfigurationOrigin OriginOf(SourcePosition position)
    {
        var isReference = string.Equals(position.File, BuiltInConfiguration.Reference.Name, StringComparison.Ordinal);
        return new ConfigurationOrigin(isReference ? OriginKind.Reference : OriginKind.Hocon, position.ToString());
    }
}
