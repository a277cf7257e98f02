using Keva.Raft.Membership;

namespace Keva.Node.Transport;

/// <summary>
/// Decides from two greetings whether two nodes may talk. It protects against mistakes of operators (a wrong address, a
/// copied or a wiped working directory), not against attackers: peers are not authenticated.
/// </summary>
public static class HelloPolicy
{
    private const string MustJoin = "it must join as a new member, which this version cannot do yet";

    /// <summary>Null if the nodes may talk, else why not, in a sentence that the operator of either node understands.</summary>
    /// <param name="own">This node's greeting.</param>
    /// <param name="configuration">
    /// The latest configuration that this node knows, committed or not; null while its cluster is not formed.
    /// </param>
    /// <param name="remote">The other node's greeting.</param>
    public static string? WhyRefused(PeerHello own, ClusterConfiguration? configuration, PeerHello remote) =>
        WhyNotSameCluster(own, remote)
        ?? WhyNotItself(own, remote)
        ?? WhyNotMember(own, configuration, remote);

    private static string? WhyNotSameCluster(PeerHello own, PeerHello remote)
    {
        if (!string.Equals(own.ClusterName, remote.ClusterName, StringComparison.Ordinal))
        {
            return $"other cluster: '{own.Name}' is in '{own.ClusterName}', '{remote.Name}' in '{remote.ClusterName}'";
        }

        return !own.Cluster.IsNone && !remote.Cluster.IsNone && own.Cluster != remote.Cluster
            ? $"other cluster of the same name: '{own.Name}' is in {own.Cluster}, '{remote.Name}' in {remote.Cluster}; "
                + "two clusters never merge"
            : null;
    }

    private static string? WhyNotItself(PeerHello own, PeerHello remote)
    {
        if (remote.Node.IsNone)
        {
            return $"'{remote.Name}' has no node id";
        }

        var isSameName = string.Equals(own.Name, remote.Name, StringComparison.Ordinal);
        if (own.Node != remote.Node)
        {
            return isSameName
                ? $"two nodes are called '{own.Name}': {own.Node} at {own.PeerAddress} and {remote.Node} at {remote.PeerAddress}"
                : null;
        }

        return isSameName && string.Equals(own.PeerAddress, remote.PeerAddress, StringComparison.Ordinal)
            ? $"'{own.Name}' at {own.PeerAddress} talks to itself"
            : $"node id {own.Node} is in use twice, by '{own.Name}' at {own.PeerAddress} and by '{remote.Name}' at "
                + $"{remote.PeerAddress}: was a working directory copied?";
    }

    private static string? WhyNotMember(PeerHello own, ClusterConfiguration? configuration, PeerHello remote)
    {
        // Formed or not, who carries the name of a member is that member or stands in its place.
        if (configuration is not null)
        {
            if (WhyReplaced(configuration, remote) is { } reason)
            {
                return reason;
            }

            // A formed node that this one does not know may be a member that was added later. A node that has not learnt
            // its first configuration can only belong here if it is in the configuration.
            return remote.Cluster.IsNone && configuration.Find(remote.Node) is null
                ? NoMember(remote)
                : null;
        }

        // The same seen from the other side: this node must not take up a configuration that was made without it.
        if (remote.FirstConfiguration is not { } first || first.Find(own.Node) is not null)
        {
            return null;
        }

        return WhyReplaced(first, own) ?? NoMember(own);
    }

    private static string NoMember(PeerHello node) =>
        $"'{node.Name}' ({node.Node}) is no member of '{node.ClusterName}': {MustJoin}";

    private static string? WhyReplaced(ClusterConfiguration configuration, PeerHello node)
    {
        foreach (var member in configuration.Members)
        {
            if (string.Equals(member.Name, node.Name, StringComparison.Ordinal) && member.Id != node.Node)
            {
                return $"'{node.Name}' is member {member.Id}, but its working directory says {node.Node}; it was wiped or "
                    + $"replaced: {MustJoin}";
            }
        }

        return null;
    }
}
