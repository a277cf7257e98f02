using Keva.Node.Consensus;
using Keva.Node.Gossip;
using Keva.Node.Transport;
using Keva.Raft;
using Keva.Raft.Membership;
using GossipStatus = Keva.Serf.MemberStatus;

namespace Keva.Node.Hosting;

/// <summary>A node that is to be dialled.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Node">Who must answer there; none while that is not known.</param>
/// <param name="Addresses">Where it is.</param>
internal sealed record PeerTarget(string Name, NodeId Node, MemberAddresses Addresses);

/// <summary>
/// Whom to dial, and where. Members are whom the configuration names; besides, whoever gossips or calls as a node of this
/// cluster, since it may be about to become one. An address that the node itself has told, over gossip or on calling, counts
/// before the file's, and that before the configuration's, which may be old: identity is the id, not the address.
/// </summary>
/// <param name="self">This node.</param>
/// <param name="selfName">Its name.</param>
/// <param name="listed">The addresses in this node's file, by name.</param>
/// <param name="areListedFixed">Whether those count before what the nodes say: there is something in between.</param>
internal sealed class PeerDirectory(
    NodeId self, string selfName, IReadOnlyDictionary<string, MemberAddresses> listed, bool areListedFixed = false)
{
    private readonly SortedDictionary<NodeId, MemberAddresses> told = [];
    private readonly SortedDictionary<NodeId, MemberAddresses> gossiped = [];
    private readonly SortedDictionary<NodeId, string> callers = [];
    private IReadOnlyList<GossipPeer> alive = [];
    private ClusterConfiguration configuration = ClusterConfiguration.Empty;

    public ClusterConfiguration Configuration => configuration;

    public void SetConfiguration(ClusterConfiguration latest) => configuration = latest;

    /// <summary>The nodes of this cluster that gossip knows, whatever their status.</summary>
    public void SetGossip(IEnumerable<GossipPeer> peers)
    {
        alive = [.. peers.Where(peer => peer.Status == GossipStatus.Alive && peer.Node != self)];
        foreach (var peer in alive)
        {
            var addresses = new MemberAddresses(peer.PeerAddress, peer.HttpAddress);
            if (!addresses.Equals(gossiped.GetValueOrDefault(peer.Node)))
            {
                gossiped[peer.Node] = addresses;
                told[peer.Node] = addresses;
            }
        }
    }

    /// <summary>A node of this cluster has called, or answered.</summary>
    public void OnMet(PeerHello remote)
    {
        told[remote.Node] = new MemberAddresses(remote.PeerAddress, remote.HttpAddress);
        callers[remote.Node] = remote.Name;
    }

    /// <summary>A node cannot be reached any more; unless it is a member, or gossip knows it, it is forgotten.</summary>
    public void OnLost(NodeId node) => callers.Remove(node);

    public MemberAddresses AddressesOf(Member member) =>
        Fixed(member.Name)
        ?? told.GetValueOrDefault(member.Id)
        ?? listed.GetValueOrDefault(member.Name)
        ?? new MemberAddresses(member.PeerAddress, member.HttpAddress);

    /// <summary>
    /// One target a name, in the order of the names. Of two nodes of one name the one that shows itself counts: the other was
    /// wiped, or is to be replaced.
    /// </summary>
    public IReadOnlyList<PeerTarget> Targets()
    {
        var targets = new SortedDictionary<string, PeerTarget>(StringComparer.Ordinal);
        foreach (var member in configuration.Members)
        {
            targets[member.Name] = new PeerTarget(member.Name, member.Id, AddressesOf(member));
        }

        foreach (var (node, name) in callers)
        {
            targets[name] = new PeerTarget(name, node, Fixed(name) ?? told[node]);
        }

        foreach (var peer in alive)
        {
            targets[peer.Name] = new PeerTarget(peer.Name, peer.Node, Fixed(peer.Name) ?? told[peer.Node]);
        }

        targets.Remove(selfName);
        return [.. targets.Values];
    }

    private MemberAddresses? Fixed(string name) => areListedFixed ? listed.GetValueOrDefault(name) : null;
}
