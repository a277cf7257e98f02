using Keva.Raft;

namespace Keva.Node.Gateway.Events;

/// <summary>
/// Finds out what happened between one view of the cluster and the next. Views come many times a second and mostly say the
/// same: then nothing is allocated.
/// </summary>
public sealed class ClusterChangeDetector
{
    private readonly SortedSet<NodeId> everUp = [];
    private readonly SortedDictionary<NodeId, string> departing = [];
    private readonly List<ClusterChange> changes = [];
    private ClusterView? before;

    /// <summary>What differs from the view of the last call. The list is good until the next call.</summary>
    public IReadOnlyList<ClusterChange> Observe(ClusterView now)
    {
        changes.Clear();
        var last = before;
        before = now;
        if (last is null)
        {
            NoteWhoIsUp(now);
        }
        else if (!IsSame(last, now))
        {
            CompareMembers(last, now);
            CompareLeadership(last, now);
            CompareReadiness(last, now);
            NoteWhoIsUp(now);
        }

        return changes;
    }

    private static bool IsSame(ClusterView last, ClusterView now)
    {
        if (last.Leader != now.Leader
            || last.Term != now.Term
            || last.IsReady != now.IsReady
            || last.IsStopping != now.IsStopping
            || last.Members.Count != now.Members.Count
            || !last.Departed.SequenceEqual(now.Departed))
        {
            return false;
        }

        for (var i = 0; i < now.Members.Count; i++)
        {
            var (old, member) = (last.Members[i], now.Members[i]);
            if (old.Id != member.Id
                || old.Status != member.Status
                || old.IsSuspected != member.IsSuspected
                || old.Role != member.Role
                || old.PeerAddress != member.PeerAddress
                || old.HttpAddress != member.HttpAddress)
            {
                return false;
            }
        }

        return true;
    }

    private void NoteWhoIsUp(ClusterView view) => everUp.UnionWith(view.Members.Where(IsUp).Select(member => member.Id));

    private void CompareMembers(ClusterView last, ClusterView now)
    {
        if (!last.Members.Any(IsConfigured) && now.Members.Any(IsConfigured))
        {
            Add(now, ClusterEventKind.MembersKnown, member: null, $"{now.SelfName} knows the members: {string.Join(", ", now.Members.Select(Describe))}");
            return;
        }

        foreach (var member in now.Members)
        {
            var old = last.Members.FirstOrDefault(other => other.Id == member.Id);
            CompareMembership(last, now, old, member);
            if (old is not null)
            {
                CompareReach(now, old, member);
                CompareAddresses(now, old, member);
            }
        }

        FindWhoIsGone(last, now);
    }

    private void CompareMembership(ClusterView last, ClusterView now, MemberView? old, MemberView member)
    {
        if (!IsConfigured(member))
        {
            if (old is null)
            {
                Add(now, ClusterEventKind.MemberJoining, member.Name, $"{member.Name} at {member.PeerAddress} wants to become a member");
            }

            return;
        }

        if (old is null || !IsConfigured(old))
        {
            departing.Remove(member.Id);
            var replaced = last.Members.Any(other => other.Name == member.Name && other.Id != member.Id && IsConfigured(other));
            var part = IsVoter(member) ? "votes" : "catches up and does not vote yet";
            Add(
                now,
                replaced ? ClusterEventKind.MemberReplaced : ClusterEventKind.MemberJoined,
                member.Name,
                replaced
                    ? $"{member.Name} came back without its data and took its old place; it {part}"
                    : $"{member.Name} at {member.PeerAddress} is a member now; it {part}");
        }
        else if (IsVoter(member) != IsVoter(old))
        {
            Add(
                now,
                IsVoter(member) ? ClusterEventKind.MemberPromoted : ClusterEventKind.MemberDemoted,
                member.Name,
                $"{member.Name} {(IsVoter(member) ? "votes now" : "votes no more")}; {QuorumArithmetic.Of(now)}");
        }
    }

    private void CompareReach(ClusterView now, MemberView old, MemberView member)
    {
        if (!IsConfigured(old) || !IsConfigured(member))
        {
            return;
        }

        var (wasUp, isUp) = (IsUp(old), IsUp(member));
        if (!wasUp && isUp)
        {
            Add(now, ClusterEventKind.MemberRecovered, member.Name, $"{member.Name} answers{(everUp.Contains(member.Id) ? " again" : "")}; {QuorumArithmetic.Of(now)}");
        }
        else if (!isUp && (wasUp || old.IsSuspected != member.IsSuspected))
        {
            Add(
                now,
                member.IsSuspected ? ClusterEventKind.MemberSuspected : ClusterEventKind.MemberFailed,
                member.Name,
                member.IsSuspected
                    ? $"{member.Name} does not answer {now.SelfName}, but may be alive: the gossip has not given it up; {QuorumArithmetic.Of(now)}"
                    : $"{member.Name} has failed; {QuorumArithmetic.Of(now)}");
        }
    }

    private void CompareAddresses(ClusterView now, MemberView old, MemberView member)
    {
        if (old.PeerAddress != member.PeerAddress || old.HttpAddress != member.HttpAddress)
        {
            Add(
                now,
                ClusterEventKind.MemberMoved,
                member.Name,
                $"{member.Name} has moved: nodes reach it at {member.PeerAddress}, users at {member.HttpAddress} (before: {old.PeerAddress}, {old.HttpAddress})");
        }
    }

    private void FindWhoIsGone(ClusterView last, ClusterView now)
    {
        foreach (var old in last.Members)
        {
            if (!IsConfigured(old) || now.Members.Any(member => member.Id == old.Id || member.Name == old.Name))
            {
                continue;
            }

            everUp.Remove(old.Id);
            departing[old.Id] = old.Name;
            Add(now, ClusterEventKind.MemberRemoved, old.Name, $"{old.Name} is a member no more; {QuorumArithmetic.Of(now)}");
        }

        // Out of the configuration first, then farewell in the gossip: only the second tells leaving from being removed.
        foreach (var id in now.Departed)
        {
            if (departing.Remove(id, out var name))
            {
                changes.Add(new ClusterChange(ClusterEventKind.MemberLeft, name, now.Term, $"{name} has left the cluster"));
            }
        }
    }

    private void CompareLeadership(ClusterView last, ClusterView now)
    {
        if (last.Leader == now.Leader && last.Term == now.Term)
        {
            return;
        }

        var (was, leads) = (NameOf(last, last.Leader), NameOf(now, now.Leader));
        if (!now.Leader.IsNone)
        {
            var change = was is null || last.Leader == now.Leader ? "" : $"; before: {was}";
            Add(now, ClusterEventKind.LeaderElected, leads, $"{leads} leads in term {now.Term}{change}");
        }
        else if (was is not null)
        {
            Add(now, ClusterEventKind.LeaderLost, was, $"{now.SelfName} has lost its leader {was}; term {now.Term}; {QuorumArithmetic.Of(now)}");
        }
        else if (last.Members.Any(IsConfigured))
        {
            // That of a node which has just loaded it began long ago.
            Add(now, ClusterEventKind.TermChanged, member: null, $"term {now.Term} has begun; nobody leads yet");
        }
    }

    private void CompareReadiness(ClusterView last, ClusterView now)
    {
        if (!last.IsStopping && now.IsStopping)
        {
            Add(now, ClusterEventKind.NodeStopping, now.SelfName, $"{now.SelfName} is stopping");
        }
        else if (!last.IsReady && now.IsReady)
        {
            Add(now, ClusterEventKind.NodeReady, now.SelfName, $"{now.SelfName} is ready");
        }
        else if (last.IsReady && !now.IsReady)
        {
            Add(now, ClusterEventKind.NodeNotReady, now.SelfName, $"{now.SelfName} is not ready: {now.NotReadyReason ?? "it does not say why"}");
        }
    }

    private void Add(ClusterView now, ClusterEventKind kind, string? member, string sentence) =>
        changes.Add(new ClusterChange(kind, member, now.Term, sentence));

    private static string? NameOf(ClusterView view, NodeId id) =>
        id.IsNone ? null : view.Members.FirstOrDefault(member => member.Id == id)?.Name ?? id.ToString();

    private static string Describe(MemberView member) => $"{member.Name} ({(IsVoter(member) ? "voter" : "learner")})";

    private static bool IsConfigured(MemberView member) => member.Status != MemberStatus.Joining;

    private static bool IsVoter(MemberView member) => member.Role is MemberRole.Leader or MemberRole.Voter;

    // Who is leaving answers still.
    private static bool IsUp(MemberView member) => member.Status is MemberStatus.Up or MemberStatus.Leaving;
}
