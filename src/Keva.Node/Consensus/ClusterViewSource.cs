using Keva.Node.Gateway;
using Keva.Node.Gossip;
using Keva.Node.Transport;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Membership;
using Keva.Raft.Messages;

namespace Keva.Node.Consensus;

/// <summary>This node and the cluster that it belongs to.</summary>
/// <param name="SelfAddresses">Where this node is reached.</param>
/// <param name="IsJoiner">Whether it was started with seeds, to become a member of a cluster that began without it.</param>
public sealed record ClusterIdentity(
    string ClusterName,
    ClusterId Cluster,
    NodeId Self,
    string SelfName,
    string SoftwareVersion,
    MemberAddresses SelfAddresses,
    bool IsJoiner);

/// <summary>Where a member is reached, <c>host:port</c> each.</summary>
public sealed record MemberAddresses(string PeerAddress, string HttpAddress);

/// <summary>Told to the gateway whenever something of interest changed, and now and then besides.</summary>
/// <param name="LeaderContact">When this node last heard from a leader, on the node's clock; null if it never did.</param>
/// <param name="Statistics">The consensus in numbers; null while there is none.</param>
public sealed record ViewPublished(ClusterView View, TimeSpan? LeaderContact, ConsensusStatistics? Statistics = null);

/// <summary>Makes the picture of the cluster that users get from what the consensus knows.</summary>
internal sealed class ClusterViewSource(ClusterIdentity identity, RaftCore core, Func<TimeSpan> now)
{
    private TimeSpan? leaderContact;
    private LogIndex? committedAtFirst;
    private NodeId seenLeader;
    private long leaderChanges;

    /// <summary>Where nodes are that told this one; for others the configuration's addresses count.</summary>
    public IReadOnlyDictionary<NodeId, MemberAddresses> Addresses { get; set; } = new Dictionary<NodeId, MemberAddresses>();

    public void OnLeaderContact() => leaderContact = now();

    public string NameOf(NodeId id) => id.IsNone ? "nobody" : core.Configuration.Find(id)?.Name ?? id.ToString();

    /// <summary>A change in words, for the log.</summary>
    public string Describe(ConfigurationChange change) => string.Join(
        "; ",
        new (string Verb, IEnumerable<string> Names)[]
        {
            ("removes", change.Remove.Select(NameOf)),
            ("adds or moves", change.Put.Select(member => $"{member.Name} at {member.PeerAddress}")),
            ("promotes", change.Promote.Select(NameOf)),
        }.Where(part => part.Names.Any()).Select(part => $"{part.Verb} {string.Join(", ", part.Names)}"));

    /// <param name="driver">The consensus.</param>
    /// <param name="connected">Who answers, and its version.</param>
    /// <param name="candidates">The nodes of this cluster that gossip knows.</param>
    public ViewPublished Take(RaftDriver driver, IReadOnlyDictionary<NodeId, string> connected, IReadOnlyList<GossipPeer> candidates)
    {
        if (driver.IsLeader)
        {
            leaderContact = now();
        }

        CountLeaders();
        var followers = core.Followers.ToDictionary(follower => follower.Id);
        var members = core.Configuration.Members
            .Where(member => !IsBeingReplaced(member))
            .Select(member => MemberOf(driver, member, followers.GetValueOrDefault(member.Id), connected, candidates))
            .Concat(candidates.Where(IsJoining).Select(Joining))
            .OrderBy(member => member.Name, StringComparer.Ordinal)
            .ToArray();
        var notReady = NotReadyReason(driver);
        return new ViewPublished(
            new ClusterView(
                identity.ClusterName,
                identity.Cluster.ToString(),
                identity.Self,
                identity.SelfName,
                core.Leader,
                core.Term,
                core.Log.CommitIndex.Value,
                driver.AppliedIndex.Value,
                notReady is null,
                notReady,
                driver.IsStopping,
                members)
            {
                Departed = DepartedOf(candidates),
            },
            leaderContact,
            Statistics(driver));
    }

    // Each change of the leader makes the consensus publish its view, so none is missed.
    private void CountLeaders()
    {
        if (core.Leader != seenLeader && !core.Leader.IsNone)
        {
            seenLeader = core.Leader;
            leaderChanges++;
        }
    }

    private ConsensusStatistics Statistics(RaftDriver driver) => new(
        core.Log.LastIndex.Value,
        core.Log.DurableIndex.Value,
        core.Log.LastIndex.Value - core.Log.Start.Index.Value,
        core.Log.RetainedBytes,
        core.IgnoredMessages,
        leaderChanges,
        driver.CanPersist);

    private string? NotReadyReason(RaftDriver driver)
    {
        if (driver.IsStopping)
        {
            return "the node is stopping";
        }

        if (!core.Configuration.Members.IsEmpty && core.Configuration.Find(identity.Self) is null)
        {
            // One that has left hears from nobody; one that was told to join, or is being taken in, will be a member.
            return identity.IsJoiner || !core.Leader.IsNone
                ? "the node is joining its cluster"
                : "this node is no member of its cluster: it left, or was removed; start it with --join to have it join again";
        }

        if (core.Leader.IsNone)
        {
            return core.Configuration.Members.IsEmpty ? "the node waits for the leader of its cluster to take it in" : "no leader is known";
        }

        // What was committed when this node first heard of it from a leader must be applied. What its own log held before
        // says nothing: some of that may never have been committed.
        committedAtFirst ??= core.LeaderCommitIndex > LogIndex.Zero ? core.LeaderCommitIndex : null;
        return committedAtFirst is { } target && driver.AppliedIndex >= target
            ? null
            : $"the node is catching up: it has applied {driver.AppliedIndex} of {committedAtFirst ?? core.Log.LastIndex} entries";
    }

    // Who is to take the place of a member of its name, because it was wiped, is shown when it has.
    private bool IsJoining(GossipPeer peer) =>
        peer is { IsJoining: true, Status: Serf.MemberStatus.Alive } && core.Configuration.Members.All(member => member.Name != peer.Name);

    // While that is so, both are in the joint configuration.
    private bool IsBeingReplaced(Member member) =>
        !core.Configuration.Voters.Contains(member.Id)
        && !core.Configuration.Learners.Contains(member.Id)
        && core.Configuration.Members.Any(other => other.Name == member.Name && other.Id != member.Id);

    // Mostly there are none.
    private static NodeId[] DepartedOf(IReadOnlyList<GossipPeer> candidates) =>
        candidates.Any(peer => peer.Status == Serf.MemberStatus.Left)
            ? [.. candidates.Where(peer => peer.Status == Serf.MemberStatus.Left).Select(peer => peer.Node)]
            : [];

    private static MemberView Joining(GossipPeer peer) => new(
        peer.Node, peer.Name, peer.PeerAddress, peer.HttpAddress, MemberRole.Learner, MemberStatus.Joining,
        MatchIndex: null, AppliedIndex: null, StateHash: null, peer.Version);

    private MemberView MemberOf(
        RaftDriver driver,
        Member member,
        FollowerStatus? follower,
        IReadOnlyDictionary<NodeId, string> connected,
        IReadOnlyList<GossipPeer> candidates)
    {
        var isSelf = member.Id == identity.Self;
        var addresses = isSelf
            ? identity.SelfAddresses
            : Addresses.GetValueOrDefault(member.Id) ?? new MemberAddresses(member.PeerAddress, member.HttpAddress);
        var role = member.Id == core.Leader ? MemberRole.Leader : core.Configuration.IsVoter(member.Id) ? MemberRole.Voter : MemberRole.Learner;
        var status = isSelf || connected.ContainsKey(member.Id) ? MemberStatus.Up : MemberStatus.Failed;
        var mark = isSelf ? driver.LatestMark : follower?.StateHash ?? StateHashMark.None;
        return new MemberView(
            member.Id,
            member.Name,
            addresses.PeerAddress,
            addresses.HttpAddress,
            role,
            isSelf && driver.IsStopping ? MemberStatus.Leaving : status,
            isSelf ? core.Log.DurableIndex.Value : follower?.MatchIndex.Value,
            isSelf ? driver.AppliedIndex.Value : follower?.AppliedIndex.Value,
            mark.Index == LogIndex.Zero ? null : $"{mark.Hash:x32}@{mark.Index}",
            isSelf ? identity.SoftwareVersion : connected.GetValueOrDefault(member.Id))
        {
            IsSuspected = status == MemberStatus.Failed
                && candidates.Any(peer => peer.Node == member.Id && peer.Status == Serf.MemberStatus.Alive),
        };
    }
}
