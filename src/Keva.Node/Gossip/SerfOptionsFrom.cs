using Keva.Node.Configuration;
using Keva.Node.Transport;
using Keva.Serf;

namespace Keva.Node.Gossip;

/// <summary>The settings of gossip as the protocol wants them.</summary>
internal static class SerfOptionsFrom
{
    /// <summary>
    /// Half as often again as agents. In a cluster of a handful one member in a hundred would otherwise miss a piece of news by
    /// chance, and learn seconds later that another has failed.
    /// </summary>
    private const int RetransmitMultiplier = 6;

    /// <param name="setup">The node.</param>
    /// <param name="cluster">The cluster that the node is in at the moment of the question.</param>
    public static SerfOptions Setup(MembershipSetup setup, Func<ClusterId> cluster) => new()
    {
        Name = setup.Name,
        Advertise = setup.Network.Advertised,
        Tags = MemberTags.Of(setup, setup.Cluster, isJoining: false),
        Keyring = setup.Keys.Initial,
        Timing = Timing(setup.Settings),
        Compress = setup.Settings.Compression,
        DeadNodeReclaimTime = setup.Settings.DeadNodeReclaimTime,
        ReconnectInterval = setup.Settings.ReconnectInterval,
        ReconnectTimeout = setup.Settings.TombstoneTimeout,
        TombstoneTimeout = setup.Settings.TombstoneTimeout,
        Admits = (_, tags) => MemberTags.IsOfCluster(setup.ClusterName, cluster(), tags),
    };

    public static GossipTiming Timing(GossipSettings settings) => GossipTiming.Lan with
    {
        ProbeInterval = settings.ProbeInterval,
        ProbeTimeout = settings.ProbeTimeout,
        SuspicionMultiplier = settings.SuspicionMultiplier,
        RetransmitMultiplier = RetransmitMultiplier,
        GossipInterval = settings.GossipInterval,
        GossipNodes = settings.GossipNodes,
        PushPullInterval = settings.PushPullInterval,
    };
}
