using System.Collections.Immutable;
using Keva.Raft;

namespace Keva.Node.Configuration;

/// <summary>
/// Holds the merged settings while the records are made from them, and knows afterwards which of them nobody asked
/// for: those are unknown.
/// </summary>
internal sealed class SettingsBinder
{
    private readonly Dictionary<string, SettingValue> _values = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _known = new(StringComparer.Ordinal);
    private readonly HashSet<string> _secrets = new(StringComparer.Ordinal);
    private readonly List<ConfigurationProblem> _problems;

    /// <param name="layers">All settings of all layers; of two with one path the later wins.</param>
    /// <param name="problems">Where problems go.</param>
    public SettingsBinder(IEnumerable<SettingValue> layers, List<ConfigurationProblem> problems)
    {
        _problems = problems;
        foreach (var value in layers)
        {
            _values[value.Path] = value;
        }
    }

    /// <summary>The paths that were asked for, in order.</summary>
    public IReadOnlyCollection<string> KnownPaths => _known;

    public SettingsSection Section(string name) => new(this, name);

    /// <summary>The value of a setting; that there is one is reference.conf's duty.</summary>
    public SettingValue Take(string path)
    {
        _known.Add(path);
        Invariant.Check(_values.ContainsKey(path), $"reference.conf has a default for {path}");
        return _values[path];
    }

    /// <summary>As <see cref="Take"/>, for a value that is shown to nobody.</summary>
    public SettingValue TakeSecret(string path)
    {
        _secrets.Add(path);
        return Take(path);
    }

    public void Report(SettingValue value, string message) => _problems.Add(new ConfigurationProblem(value.Origin, message));

    /// <summary>Reports each setting that no record has a property for.</summary>
    public void ReportUnknown()
    {
        foreach (var value in _values.Values.Where(value => !_known.Contains(value.Path)).OrderBy(value => value.Origin.Kind))
        {
            // Looking for what was meant takes time; nobody reads that many.
            if (_problems.Count > SettingsLoader.MaxProblems)
            {
                break;
            }

            if (!IsGroup(value.Path))
            {
                ReportUnknown(value);
            }
            else if (!string.Equals(value.NotSimple, "an object", StringComparison.Ordinal))
            {
                Report(value, $"'{value.WrittenAs}' is a group of settings and cannot have a value of its own");
            }
        }
    }

    private void ReportUnknown(SettingValue value)
    {
        var parent = _known.FirstOrDefault(known => value.Path.StartsWith(known + ".", StringComparison.Ordinal));
        Report(value, parent is not null
            ? $"unknown setting '{value.WrittenAs}': {parent} is a setting itself, not a group"
            : $"unknown setting '{value.WrittenAs}'{NearMiss.Suggest(value.WrittenAs, Spellings(value))}");
    }

    /// <summary>The values of all known settings.</summary>
    public ImmutableArray<EffectiveValue> Effective() =>
        [.. _known.Select(path => new EffectiveValue(path, Shown(path), _values[path].Origin))];

    private string Shown(string path) =>
        _secrets.Contains(path) && _values[path].Text.Length > 0 ? "(secret)" : _values[path].Text;

    private bool IsGroup(string path) => _known.Any(known => known.StartsWith(path + ".", StringComparison.Ordinal));

    /// <summary>All known settings as they would be written where <paramref name="value"/> stands.</summary>
    private IEnumerable<string> Spellings(SettingValue value) => value.Origin.Kind switch
    {
        OriginKind.Environment => _known.Select(EnvironmentLayer.NameOf),
        OriginKind.Toml => KevaTomlReader.SettingSpellings(_known),
        _ => _known,
    };
}
