using System.Collections.Immutable;

namespace Keva.Node.Configuration;

/// <summary>One line of <c>keva config show</c>.</summary>
/// <param name="Path">For example <c>raft.election-timeout</c>.</param>
/// <param name="Value">As it was written where it came from.</param>
/// <param name="Origin">Where that was.</param>
public sealed record EffectiveValue(string Path, string Value, ConfigurationOrigin Origin);

/// <summary>The values that are in force, after all layers, in the order of their paths.</summary>
public sealed record EffectiveConfiguration(ImmutableArray<EffectiveValue> Values)
{
    public static readonly EffectiveConfiguration Empty = new([]);
}
