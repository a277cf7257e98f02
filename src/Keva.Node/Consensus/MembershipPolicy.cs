using System.Collections.Immutable;
using Keva.Node.Configuration;
using Keva.Node.Gossip;
using Keva.Raft;
using Keva.Raft.Membership;
using GossipStatus = Keva.Serf.MemberStatus;

namespace Keva.Node.Consensus;

/// <summary>What a leader knows when it thinks about who should be a member.</summary>
/// <param name="Configuration">The configuration, committed and not joint.</param>
/// <param name="LastIndex">The end of the leader's log.</param>
/// <param name="Peers">The nodes of this cluster that gossip knows, this one among them.</param>
/// <param name="Followers">How far each member is.</param>
/// <param name="IsConnected">Whether the node answers.</param>
/// <param name="Now">Monotonic time.</param>
internal sealed record MembershipPicture(
    ClusterConfiguration Configuration,
    LogIndex LastIndex,
    IReadOnlyList<GossipPeer> Peers,
    IReadOnlyDictionary<NodeId, FollowerStatus> Followers,
    Func<NodeId, bool> IsConnected,
    TimeSpan Now);

/// <summary>
/// What a leader changes about the members without being asked: whoever joins becomes a learner, a learner that has caught up
/// becomes a voter (dissertation §4.2.1) as long as there are fewer than wanted, a new address is written down, and, if the
/// operator wishes so, who failed long ago is removed.
/// </summary>
internal sealed class MembershipPolicy(MembershipSettings settings, NodeId self)
{
    // A learner this close behind is at the end in the time of one message.
    private const long CaughtUpEntries = 100;

    private readonly SortedDictionary<NodeId, TimeSpan> failedSince = [];

    /// <summary>The next change, or null if all is as it should be.</summary>
    public ConfigurationChange? Next(MembershipPicture picture)
    {
        NoteFailures(picture);
        return Admit(picture) ?? Move(picture) ?? Promote(picture) ?? CleanUp(picture);
    }

    /// <summary>Who lives, does not ask to join and yet is no member: they were removed while they could not hear it.</summary>
    public static IEnumerable<NodeId> Outsiders(ClusterConfiguration configuration, IReadOnlyList<GossipPeer> peers) =>
        peers.Where(peer => peer is { Status: GossipStatus.Alive, IsJoining: false } && configuration.Find(peer.Node) is null).Select(peer => peer.Node);

    private static Member MemberOf(GossipPeer peer) => new(peer.Node, peer.Name, peer.PeerAddress, peer.HttpAddress);

    private ConfigurationChange? Admit(MembershipPicture picture)
    {
        var put = ImmutableArray.CreateBuilder<Member>();
        var remove = ImmutableArray.CreateBuilder<NodeId>();
        foreach (var peer in picture.Peers.Where(peer => peer is { Status: GossipStatus.Alive, IsJoining: true }))
        {
            // Gossip takes seconds to notice that a node is dead, and an operator may have removed it already.
            if (picture.Configuration.Find(peer.Node) is not null || !picture.IsConnected(peer.Node))
            {
                continue;
            }

            if (picture.Configuration.Members.FirstOrDefault(member => member.Name == peer.Name) is { } namesake)
            {
                if (namesake.Id == self || picture.IsConnected(namesake.Id))
                {
                    continue;
                }

                remove.Add(namesake.Id);
            }

            put.Add(MemberOf(peer));
        }

        return put.Count > 0 ? new ConfigurationChange(put.ToImmutable(), [], remove.ToImmutable()) : null;
    }

    private static ConfigurationChange? Move(MembershipPicture picture)
    {
        var moved = picture.Peers
            .Where(peer => peer.Status == GossipStatus.Alive && picture.Configuration.Find(peer.Node) is { } member && member != MemberOf(peer))
            .Select(MemberOf)
            .ToImmutableArray();
        return moved.IsEmpty ? null : new ConfigurationChange(moved, [], []);
    }

    private ConfigurationChange? Promote(MembershipPicture picture)
    {
        var places = settings.Voters - picture.Configuration.Voters.Length;
        var ready = picture.Configuration.Learners
            .Where(learner => picture.IsConnected(learner)
                && picture.Followers.GetValueOrDefault(learner) is { IsActive: true, CanPersist: true } follower
                && picture.LastIndex.Value - follower.MatchIndex.Value <= CaughtUpEntries)
            .Take(Math.Max(0, places))
            .ToImmutableArray();
        return ready.IsEmpty ? null : new ConfigurationChange([], ready, []);
    }

    private ConfigurationChange? CleanUp(MembershipPicture picture)
    {
        if (settings.DeadServerCleanup == TimeSpan.Zero)
        {
            return null;
        }

        foreach (var (member, since) in failedSince)
        {
            if (picture.Now - since >= settings.DeadServerCleanup && LeavesAQuorum(picture, member))
            {
                return ConfigurationChange.ToRemove(member);
            }
        }

        return null;
    }

    // Whom to remove must never be what makes the next failure fatal: three voters stay, and a majority of them answers.
    private bool LeavesAQuorum(MembershipPicture picture, NodeId removed)
    {
        if (!picture.Configuration.IsVoter(removed))
        {
            return true;
        }

        var rest = picture.Configuration.Voters.Where(voter => voter != removed).ToArray();
        return rest.Length >= 3 && rest.Count(voter => voter == self || picture.IsConnected(voter)) > rest.Length / 2;
    }

    private void NoteFailures(MembershipPicture picture)
    {
        foreach (var back in failedSince.Keys.Where(id => picture.IsConnected(id) || picture.Configuration.Find(id) is null).ToArray())
        {
            failedSince.Remove(back);
        }

        foreach (var member in picture.Configuration.Members)
        {
            if (member.Id != self && !picture.IsConnected(member.Id))
            {
                failedSince.TryAdd(member.Id, picture.Now);
            }
        }
    }
}
