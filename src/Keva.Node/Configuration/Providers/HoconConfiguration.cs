using System.Collections.Immutable;
using Keva.Node.Configuration.Hocon;
using Microsoft.Extensions.Configuration;

namespace Keva.Node.Configuration;

/// <summary>A HOCON file as a source for any .NET host.</summary>
public sealed class HoconConfigurationSource : FileConfigurationSource
{
    /// <summary>Variables that substitutions may fall back to. None unless given.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; set; } = ImmutableDictionary<string, string>.Empty;

    public override IConfigurationProvider Build(IConfigurationBuilder builder)
    {
        EnsureDefaults(builder);
        return new HoconConfigurationProvider(this);
    }
}

/// <summary>
/// Values as text, numbers as they were written, null without a value. An array's elements have their numbers as keys;
/// an empty object or array is a key without a value. Includes work for files on the disk.
/// </summary>
public sealed class HoconConfigurationProvider(HoconConfigurationSource source) : FileConfigurationProvider(source)
{
    /// <exception cref="ConfigurationSyntaxException">The file is not HOCON, or two keys differ in case only.</exception>
    public override void Load(Stream stream)
    {
        using var content = new MemoryStream();
        stream.CopyTo(content);
        var path = Source.Path is null ? null : Source.FileProvider?.GetFileInfo(Source.Path).PhysicalPath;
        var file = new HoconSource(Source.Path ?? "HOCON", content.ToArray(), path);
        var options = new HoconReaderOptions { Environment = source.Environment, Includes = ConfigurationFile.ReadInclude };
        var keys = new ConfigurationKeys();
        Add(keys, HoconReader.Read([file], options), isRoot: true);
        Data = keys.Values;
    }

    private static void Add(ConfigurationKeys keys, HoconValue value, bool isRoot = false)
    {
        switch (value)
        {
            case HoconObject { Fields.Count: > 0 } obj:
                foreach (var (key, field) in obj.Fields)
                {
                    keys.Enter(key);
                    Add(keys, field);
                    keys.Leave();
                }

                break;
            case HoconArray { Items.Count: > 0 } array:
                for (var i = 0; i < array.Items.Count; i++)
                {
                    keys.Enter(i.ToString(System.Globalization.CultureInfo.InvariantCulture));
                    Add(keys, array.Items[i]);
                    keys.Leave();
                }

                break;
            case HoconScalar { Kind: not HoconScalarKind.Null } scalar:
                keys.Add(scalar.Text, scalar.Position);
                break;
            default:
                if (!isRoot)
                {
                    keys.Add(null, value.Position);
                }

                break;
        }
    }
}
