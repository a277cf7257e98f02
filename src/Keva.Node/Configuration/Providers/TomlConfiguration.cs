using Keva.Node.Configuration.Toml;
using Microsoft.Extensions.Configuration;

namespace Keva.Node.Configuration;

/// <summary>A TOML file as a source for any .NET host.</summary>
public sealed class TomlConfigurationSource : FileConfigurationSource
{
    public override IConfigurationProvider Build(IConfigurationBuilder builder)
    {
        EnsureDefaults(builder);
        return new TomlConfigurationProvider(this);
    }
}

/// <summary>
/// Values as text: numbers and booleans as TOML writes them, dates as RFC 3339. An array's elements have their numbers
/// as keys; an empty table or array is a key without a value.
/// </summary>
public sealed class TomlConfigurationProvider(TomlConfigurationSource source) : FileConfigurationProvider(source)
{
    /// <exception cref="ConfigurationSyntaxException">The file is not TOML, or two keys differ in case only.</exception>
    public override void Load(Stream stream)
    {
        using var content = new MemoryStream();
        stream.CopyTo(content);
        var name = Source.Path ?? "TOML";
        var keys = new ConfigurationKeys();
        Add(keys, TomlParser.Parse(name, content.GetBuffer().AsSpan(0, (int)content.Length)), isRoot: true);
        Data = keys.Values;
    }

    private static void Add(ConfigurationKeys keys, TomlValue value, bool isRoot = false)
    {
        switch (value)
        {
            case TomlTable { Members.Count: > 0 } table:
                foreach (var member in table.Members)
                {
                    keys.Enter(member.Key);
                    Add(keys, member.Value);
                    keys.Leave();
                }

                break;
            case TomlArray { Items.Count: > 0 } array:
                for (var i = 0; i < array.Items.Count; i++)
                {
                    keys.Enter(i.ToString(System.Globalization.CultureInfo.InvariantCulture));
                    Add(keys, array.Items[i]);
                    keys.Leave();
                }

                break;
            case TomlTable or TomlArray:
                if (!isRoot)
                {
                    keys.Add(null, value.Position);
                }

                break;
            default:
                keys.Add(value.ToString(), value.Position);
                break;
        }
    }
}
