using System.Collections.Immutable;

namespace Keva.Node.Configuration;

/// <summary>Which node this is and whom it begins with.</summary>
/// <param name="Self">This node's name and endpoints.</param>
/// <param name="WorkingDirectory">Where its data is.</param>
/// <param name="InitialMembers">As <see cref="NodeSettings.InitialMembers"/>.</param>
/// <param name="JoinAddresses">As <see cref="NodeSettings.JoinAddresses"/>.</param>
/// <param name="WaitTime">The node's own election time-out, if keva.toml gives one.</param>
/// <param name="Values">The same for <c>keva config show</c>.</param>
internal sealed record NodePlacement(
    InitialMember Self,
    string WorkingDirectory,
    ImmutableArray<InitialMember> InitialMembers,
    ImmutableArray<HostAndPort> JoinAddresses,
    SettingValue? WaitTime,
    ImmutableArray<EffectiveValue> Values);
