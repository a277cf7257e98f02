using System.Collections.Immutable;

namespace Keva.Raft.Membership;

/// <summary>
/// A member as the configuration names it. Addresses are <c>host:port</c>; they are where the member was last known
/// to be, not who it is.
/// </summary>
public sealed record Member(NodeId Id, string Name, string PeerAddress, string HttpAddress);

/// <summary>
/// Who votes and who only learns (dissertation chapter 4). While two configurations overlap (joint consensus, §4.3)
/// <see cref="OutgoingVoters"/> holds the voters of the old one. Immutable; members are in the order of their ids.
/// </summary>
public sealed class ClusterConfiguration : IEquatable<ClusterConfiguration>
{
    public static readonly ClusterConfiguration Empty = new([], [], [], []);

    private ClusterConfiguration(
        ImmutableArray<Member> members,
        ImmutableArray<NodeId> voters,
        ImmutableArray<NodeId> outgoingVoters,
        ImmutableArray<NodeId> learners)
    {
        Members = members;
        Voters = voters;
        OutgoingVoters = outgoingVoters;
        Learners = learners;
    }

    /// <summary>Every member in ascending order of id, voters and learners alike.</summary>
    public ImmutableArray<Member> Members { get; }

    /// <summary>Voters of the current (in a joint configuration: the new) configuration, ascending.</summary>
    public ImmutableArray<NodeId> Voters { get; }

    /// <summary>Voters of the old configuration while the two overlap; empty otherwise.</summary>
    public ImmutableArray<NodeId> OutgoingVoters { get; }

    /// <summary>Members that receive the log and never count in a quorum (§4.2.1), ascending.</summary>
    public ImmutableArray<NodeId> Learners { get; }

    public bool IsJoint => OutgoingVoters.Length > 0;

    /// <exception cref="ArgumentException">An id is zero or doubled, or a role names an id that is not a member.</exception>
    public static ClusterConfiguration Create(
        IEnumerable<Member> members,
        IEnumerable<NodeId> voters,
        IEnumerable<NodeId>? outgoingVoters = null,
        IEnumerable<NodeId>? learners = null)
    {
        var sortedMembers = members.OrderBy(member => member.Id).ToImmutableArray();
        var configuration = new ClusterConfiguration(
            sortedMembers,
            [.. voters.Order()],
            outgoingVoters is null ? [] : [.. outgoingVoters.Order()],
            learners is null ? [] : [.. learners.Order()]);
        configuration.Validate();
        return configuration;
    }

    /// <summary>The configuration in which each of <paramref name="members"/> votes.</summary>
    public static ClusterConfiguration OfVoters(IEnumerable<Member> members)
    {
        var all = members.ToArray();
        return Create(all, all.Select(member => member.Id));
    }

    public Member? Find(NodeId id)
    {
        var (low, high) = (0, Members.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Members[middle].Id.CompareTo(id) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low < Members.Length && Members[low].Id == id ? Members[low] : null;
    }

    public bool IsVoter(NodeId id) => Has(Voters, id) || Has(OutgoingVoters, id);

    /// <summary>Whether one of the roles has this id. A peer may send tens of thousands of members, so this is no scan.</summary>
    internal static bool Has(ImmutableArray<NodeId> role, NodeId id) => role.BinarySearch(id) >= 0;

    public bool Equals(ClusterConfiguration? other) =>
        other is not null
        && Members.SequenceEqual(other.Members)
        && Voters.SequenceEqual(other.Voters)
        && OutgoingVoters.SequenceEqual(other.OutgoingVoters)
        && Learners.SequenceEqual(other.Learners);

    public override bool Equals(object? obj) => Equals(obj as ClusterConfiguration);

    public override int GetHashCode() => Members.Length * 31 + Voters.Length;

    private void Validate()
    {
        for (var i = 0; i < Members.Length; i++)
        {
            Require(!Members[i].Id.IsNone, "a member has no id");
            Require(i == 0 || Members[i - 1].Id != Members[i].Id, "a member is listed twice");
        }

        RequireDistinctMembers(Voters, "voters");
        RequireDistinctMembers(OutgoingVoters, "outgoing voters");
        RequireDistinctMembers(Learners, "learners");
        Require(!Learners.Any(IsVoter), "a learner is a voter, too");
        Require(Members.All(member => IsVoter(member.Id) || Has(Learners, member.Id)), "a member has no role");
        Require(Members.IsEmpty || !Voters.IsEmpty, "there is no voter");
    }

    private void RequireDistinctMembers(ImmutableArray<NodeId> ids, string role)
    {
        for (var i = 0; i < ids.Length; i++)
        {
            Require(Find(ids[i]) is not null, $"one of the {role} is not a member");
            Require(i == 0 || ids[i - 1] != ids[i], $"one of the {role} is listed twice");
        }
    }

    private static void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new ArgumentException($"not a valid cluster configuration: {problem}");
        }
    }
}
