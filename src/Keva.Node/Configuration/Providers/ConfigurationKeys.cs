using Microsoft.Extensions.Configuration;

namespace Keva.Node.Configuration;

/// <summary>
/// Collects values under the keys of Microsoft.Extensions.Configuration: levels joined by colons, elements of arrays
/// by number. Those keys have no case, and a colon cannot be told from a level: what would collide is refused.
/// </summary>
internal sealed class ConfigurationKeys
{
    /// <summary>
    /// Most characters of all keys together. Each key repeats the names above it, so that a long name above many values
    /// would otherwise take memory with the square of the file's length.
    /// </summary>
    private const int MaxCharacters = 16 * 1024 * 1024;

    private readonly Dictionary<string, string?> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _path = [];
    private int _characters;

    public IDictionary<string, string?> Values => _values;

    public void Enter(string key) => _path.Add(key);

    public void Leave() => _path.RemoveAt(_path.Count - 1);

    public void Add(string? value, SourcePosition position)
    {
        var key = ConfigurationPath.Combine(_path);
        _characters += key.Length;
        if (_characters > MaxCharacters)
        {
            throw new ConfigurationSyntaxException(position, "the names above the values are far too long");
        }

        if (!_values.TryAdd(key, value))
        {
            throw new ConfigurationSyntaxException(position, $"the key '{key}' is here twice, apart from case and colons");
        }
    }
}
