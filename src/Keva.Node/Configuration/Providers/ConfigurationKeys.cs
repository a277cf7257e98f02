using Microsoft.Extensions.Configuration;

namespace Keva.Node.Configuration;

/// <summary>
/// Collects values under the keys of Microsoft.Extensions.Configuration: levels joined by colons, elements of arrays
/// by number. Those keys have no case, and a colon cannot be told from a level: what would collide is refused.
/// </summary>
internal sealed class ConfigurationKeys
{
    private readonly Dictionary<string, string?> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _path = [];

    public IDictionary<string, string?> Values => _values;

    public void Enter(string key) => _path.Add(key);

    public void Leave() => _path.RemoveAt(_path.Count - 1);

    public void Add(string? value, SourcePosition position)
    {
        var key = ConfigurationPath.Combine(_path);
        if (!_values.TryAdd(key, value))
        {
            throw new ConfigurationSyntaxException(position, $"the key '{key}' is here twice, apart from case and colons");
        }
    }
}
