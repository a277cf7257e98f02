namespace Keva.Node.Configuration;

/// <summary>What a keva.toml says.</summary>
/// <param name="Name">The file as the user named it.</param>
/// <param name="Nodes">Its <c>[[node]]</c>s in the order of the file.</param>
/// <param name="Settings">What it sets for all nodes.</param>
internal sealed record KevaTomlFile(string Name, IReadOnlyList<ConfiguredNode> Nodes, IReadOnlyList<SettingValue> Settings)
{
    public ConfigurationOrigin Origin => new(OriginKind.Toml, Name);

    public string Identities => string.Join(", ", Nodes.Select(node => node.Member.Name));
}

/// <summary>A <c>[[node]]</c> of keva.toml.</summary>
/// <param name="Member">Its name and addresses.</param>
/// <param name="WaitTime">Its own election time-out, if it has one.</param>
/// <param name="Origin">The line of its header.</param>
internal sealed record ConfiguredNode(InitialMember Member, SettingValue? WaitTime, ConfigurationOrigin Origin);
