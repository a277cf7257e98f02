using Keva.Raft;
using Keva.Raft.Membership;

namespace Keva.Node.Transport;

/// <summary>
/// Decides from two greetings whether two nodes may talk. It protects against mistakes of operators (a wrong address, a
/// copied or a wiped working directory), not against attackers: peers are not authenticated.
/// </summary>
public static class HelloPolicy
{
    /// <summary>Null if the nodes may talk, else why not, in a sentence that the operator of either node understands.</summary>
    /// <param name="own">This node's greeting.</param>
    /// <param name="configuration">
    /// The latest configuration that this node knows, committed or not; null while it belongs to no cluster.
    /// </param>
    /// <param name="isConnected">Whether the node of this id answers this one at present.</param>
    /// <param name="remote">The other node's greeting.</param>
    public static string? WhyRefused(PeerHello own, ClusterConfiguration? configuration, Func<NodeId, bool> isConnected, PeerHello remote) =>
        WhyNotSameCluster(own, remote)
        ?? WhyNotItself(own, remote)
        ?? (configuration is null ? null : WhyNameTaken(configuration, isConnected, remote));

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

    // A node without its data is a new one, which will take the place of its old self; but not while that is there.
    private static string? WhyNameTaken(ClusterConfiguration configuration, Func<NodeId, bool> isConnected, PeerHello remote)
    {
        foreach (var member in configuration.Members)
        {
            if (string.Equals(member.Name, remote.Name, StringComparison.Ordinal) && member.Id != remote.Node && isConnected(member.Id))
            {
                return $"'{remote.Name}' is running already, as {member.Id} at {member.PeerAddress}; {remote.Node} at {remote.PeerAddress} "
                    + "needs a name of its own, or is an old copy that must not be started";
            }
        }

        return null;
    }
}
