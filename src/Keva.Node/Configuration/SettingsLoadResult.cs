using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Keva.Node.Configuration;

/// <summary>Settings, or why there are none.</summary>
/// <param name="Settings">Null if there are problems.</param>
/// <param name="Effective">Every setting that was understood with its origin, also when there are problems.</param>
/// <param name="Problems">Empty if the configuration is good.</param>
public sealed record SettingsLoadResult(
    NodeSettings? Settings,
    EffectiveConfiguration Effective,
    ImmutableArray<ConfigurationProblem> Problems)
{
    [MemberNotNullWhen(true, nameof(Settings))]
    public bool IsValid => Settings is not null;
}
