using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Keva.Node.Transport;
using Keva.Raft.Membership;

namespace Keva.Node.Formation;

/// <summary>The cluster that this node is part of from now on.</summary>
public sealed record FormedCluster(ClusterId Cluster, ClusterConfiguration Configuration);

/// <summary>
/// How the nodes that a configuration file lists become a cluster, once. A node forms it when it has met every listed
/// node, all of them new: then all know the same identities and so come to the same configuration and the same cluster
/// id, whoever is first. A node that meets one which has done so takes over its configuration, if it is in it. From then
/// on the cluster works with a majority.
/// <para>
/// That all must be met once is what makes a wiped node harmless: it has a new identity, which the configuration of its
/// cluster does not name, so it can neither vote with a memory that it lost nor help to found a second cluster. It comes back
/// as a new member in place of its old self.
/// </para>
/// </summary>
public sealed class ClusterFormation
{
    private readonly PeerHello self;
    private readonly IReadOnlyList<string> listed;
    private readonly SortedDictionary<string, PeerHello> met = new(StringComparer.Ordinal);

    /// <param name="self">This node's greeting while it belongs to no cluster.</param>
    /// <param name="listed">The names of all listed nodes, this one's among them.</param>
    public ClusterFormation(PeerHello self, IReadOnlyList<string> listed)
    {
        this.self = self;
        this.listed = listed;
        met[self.Name] = self;
        Settle();
    }

    /// <summary>The outcome, once there is one.</summary>
    public FormedCluster? Formed { get; private set; }

    /// <summary>
    /// The cluster that exists already and began without this node: a new node, or one without its data. It joins, as any
    /// other that comes later. None as long as no such cluster was met.
    /// </summary>
    public ClusterId Joins { get; private set; }

    /// <summary>Why this node cannot become part of the cluster that it met; null while it may.</summary>
    public string? Obstacle { get; private set; }

    /// <summary>Listed nodes that were not met yet, in the order of the file.</summary>
    public IReadOnlyList<string> Missing => listed.Where(name => !met.ContainsKey(name)).ToArray();

    /// <summary>Another node introduced itself. True if that settles it.</summary>
    public bool OnMet(PeerHello remote)
    {
        if (Formed is not null || !Joins.IsNone || !string.Equals(remote.ClusterName, self.ClusterName, StringComparison.Ordinal))
        {
            return false;
        }

        if (!remote.Cluster.IsNone)
        {
            return OnMetMember(remote);
        }

        if (!listed.Contains(remote.Name, StringComparer.Ordinal) || string.Equals(remote.Name, self.Name, StringComparison.Ordinal))
        {
            return false;
        }

        met[remote.Name] = remote;
        Settle();
        return Formed is not null;
    }

    /// <summary>The node cannot be reached any more: only nodes that are there at the same time form a cluster.</summary>
    public void OnLost(PeerHello remote)
    {
        if (!string.Equals(remote.Name, self.Name, StringComparison.Ordinal))
        {
            met.Remove(remote.Name);
        }
    }

    /// <summary>
    /// The id of the cluster that these nodes form: the same on each of them, and another for every other set of
    /// identities.
    /// </summary>
    public static ClusterId IdOf(string clusterName, ClusterConfiguration configuration)
    {
        var name = Encoding.UTF8.GetBytes(clusterName);
        var bytes = new byte[name.Length + configuration.Members.Length * sizeof(ulong)];
        name.CopyTo(bytes, 0);
        var rest = bytes.AsSpan(name.Length);
        foreach (var member in configuration.Members)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(rest, member.Id.Value);
            rest = rest[sizeof(ulong)..];
        }

        // Zero means "none"; the chance of drawing it is nil, but not the harm.
        var id = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(bytes));
        return new ClusterId(id == 0 ? 1 : id);
    }

    private bool OnMetMember(PeerHello remote)
    {
        // A node that joined later does not know with whom the cluster began, and in the end there may be no other left. To
        // join does no harm even to one that the cluster began with: it has never voted, and the log tells it the rest.
        if (remote.FirstConfiguration is { } configuration && configuration.Find(self.Node) is not null)
        {
            Formed = new FormedCluster(remote.Cluster, configuration);
        }
        else
        {
            Joins = remote.Cluster;
        }

        return true;
    }

    private void Settle()
    {
        if (Missing.Count > 0)
        {
            return;
        }

        var copies = met.Values.GroupBy(hello => hello.Node).FirstOrDefault(group => group.Skip(1).Any());
        if (copies is not null)
        {
            Obstacle = $"the nodes {string.Join(" and ", copies.Select(hello => hello.Name))} have the same identity {copies.Key}: "
                + "a working directory was copied; empty the copy";
        }
        else
        {
            Obstacle = null;
            var configuration = ClusterConfiguration.OfVoters(
                met.Values.Select(hello => new Member(hello.Node, hello.Name, hello.PeerAddress, hello.HttpAddress)));
            Formed = new FormedCluster(IdOf(self.ClusterName, configuration), configuration);
        }
    }
}
