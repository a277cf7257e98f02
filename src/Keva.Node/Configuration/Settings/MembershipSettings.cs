namespace Keva.Node.Configuration;

/// <summary><c>membership</c>: who becomes a member, and who does not stay one.</summary>
public sealed record MembershipSettings
{
    /// <summary>Nodes that join become voters until there are this many; further ones learn and serve reads. 1 to 9.</summary>
    public required int Voters { get; init; }

    /// <summary>
    /// How many nodes that were started to join, and found no cluster, form one together; 0: they wait until they find one.
    /// Equal on all of them. 0 to 9.
    /// </summary>
    public required int BootstrapExpect { get; init; }

    /// <summary>How long a member must have been away to be removed; 0: it never is. 0 to 365 d.</summary>
    public required TimeSpan DeadServerCleanup { get; init; }

    /// <summary>Whether nodes that the file lists are dialled where it says, whatever they say themselves.</summary>
    public required bool FixedAddresses { get; init; }

    internal static MembershipSettings Bind(SettingsSection section) => new()
    {
        Voters = (int)section.Count("voters", 1, 9),
        BootstrapExpect = (int)section.Count("bootstrap-expect", 0, 9),
        DeadServerCleanup = section.Duration("dead-server-cleanup", "0s", "365d"),
        FixedAddresses = section.Switch("fixed-addresses"),
    };
}
