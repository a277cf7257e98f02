using Keva.Node.Configuration;
using Keva.Node.Consensus;
using Keva.Node.Gossip;
using Keva.Node.Hosting;
using Keva.Node.Transport;
using Keva.Raft;
using Keva.Raft.Membership;

namespace Keva.Node.Formation;

/// <summary>
/// How a node that belongs to no cluster becomes part of one: with the nodes that its file lists, or with a cluster or
/// founders that it finds by gossip (<see cref="ClusterSearch"/>). Once it is decided, nothing changes it any more.
/// </summary>
internal sealed class ClusterEntry(NodeSettings settings)
{
    private readonly SortedDictionary<string, string> unreachable = new(StringComparer.Ordinal);
    private PeerHello? greeting;
    private ClusterFormation? formation;
    private ClusterSearch? search;
    private bool isFirstFounder;

    /// <summary>The cluster that this node is part of from now on, once that is decided.</summary>
    public EntryDecision? Decision { get; private set; }

    /// <summary>The other nodes that form the cluster together with this one, as far as it is known who they are.</summary>
    public IReadOnlyList<PeerTarget> OtherFounders { get; private set; } = [];

    /// <summary>Whether it waits for founders to meet, and not for somebody to be found.</summary>
    public bool IsForming => formation is not null;

    /// <summary>What is waited for, in words.</summary>
    public string Obstacle => formation is null ? search?.Obstacle ?? "" : formation.Obstacle ?? WhoIsMissing(formation);

    /// <param name="own">This node's greeting while it belongs to no cluster.</param>
    public void Begin(PeerHello own)
    {
        greeting = own;
        if (settings.JoinAddresses.IsEmpty)
        {
            Form([.. settings.InitialMembers.Select(member => new PeerTarget(
                member.Name, NodeId.None, new MemberAddresses(member.PeerEndpoint.ToString(), member.HttpEndpoint.ToString())))]);
        }
        else
        {
            search = new ClusterSearch(settings.ClusterName, settings.Identity, settings.Membership.BootstrapExpect);
        }
    }

    /// <param name="peers">All nodes that gossip knows, this one among them, by name.</param>
    /// <param name="connected">Those that this node is connected to.</param>
    public void OnGossip(IReadOnlyList<GossipPeer> peers, IEnumerable<PeerHello> connected)
    {
        if (search is null || formation is not null || Decision is not null)
        {
            return;
        }

        search.OnPeers(peers);
        if (!search.Found.IsNone)
        {
            Decision = new EntryDecision(search.Found);
        }
        else if (search.Founders.Count > 0)
        {
            Form([.. search.Founders.Select(founder => new PeerTarget(
                founder.Name, NodeId.None, new MemberAddresses(founder.PeerAddress, founder.HttpAddress)))]);
            foreach (var remote in connected)
            {
                OnMet(remote);
            }
        }
    }

    /// <summary>Another node introduced itself.</summary>
    public void OnMet(PeerHello remote)
    {
        formation?.OnMet(remote);
        Decide();
    }

    /// <summary>A node cannot be reached any more.</summary>
    public void OnLost(PeerHello remote) => formation?.OnLost(remote);

    /// <summary>Why there is no connection to that address. False if that is known already.</summary>
    public bool OnUnreachable(string address, string reason)
    {
        var isNews = unreachable.GetValueOrDefault(address) != reason;
        unreachable[address] = reason;
        return isNews;
    }

    /// <summary>There is a connection to that address.</summary>
    public void OnReachable(string address) => unreachable.Remove(address);

    // All of these must meet; the first of them to have met all is followed by the others.
    private void Form(PeerTarget[] founders)
    {
        formation = new ClusterFormation(greeting!, [.. founders.Select(founder => founder.Name)]);
        isFirstFounder = founders[0].Name == settings.Identity;
        OtherFounders = [.. founders.Where(founder => founder.Name != settings.Identity)];
        Decide();
    }

    private void Decide()
    {
        if (Decision is not null)
        {
            return;
        }

        if (formation?.Formed is { } formed)
        {
            Decision = new EntryDecision(formed.Cluster, formed.Configuration, isFirstFounder);
        }
        else if (formation is { Joins.IsNone: false } late)
        {
            Decision = new EntryDecision(late.Joins);
        }
    }

    private string WhoIsMissing(ClusterFormation waiting)
    {
        var addresses = settings.InitialMembers.ToDictionary(member => member.Name, member => member.PeerEndpoint.ToString(), StringComparer.Ordinal);
        var missing = waiting.Missing.Select(name =>
            addresses.TryGetValue(name, out var address) && unreachable.TryGetValue(address, out var reason) ? $"{name} ({reason})" : name);
        return $"all listed nodes must be up once to form the cluster; missing: {string.Join(", ", missing)}";
    }
}

/// <summary>The cluster that a node is part of from now on.</summary>
/// <param name="Cluster">Its id.</param>
/// <param name="FirstConfiguration">What it was formed with, if this node is among those who formed it; null if it joins.</param>
/// <param name="StandsFirst">Whether this node is the founder who stands for election without waiting.</param>
internal sealed record EntryDecision(ClusterId Cluster, ClusterConfiguration? FirstConfiguration = null, bool StandsFirst = false)
{
    public bool Joins => FirstConfiguration is null;
}
