using System.Collections.Immutable;

namespace Keva.Raft.Membership;

/// <summary>
/// What is to be different in the configuration. One change may do several things at once; if the set of voters changes, it
/// goes through a joint configuration (§4.3), otherwise through a single entry.
/// </summary>
/// <param name="Put">Members to add as learners (§4.2.1), or whose name or addresses are to be others.</param>
/// <param name="Promote">Learners that are to vote.</param>
/// <param name="Remove">Members that are to be members no more.</param>
public sealed record ConfigurationChange(ImmutableArray<Member> Put, ImmutableArray<NodeId> Promote, ImmutableArray<NodeId> Remove)
{
    /// <summary>
    /// Changes nothing, but puts the configuration into the log if it never was there: who joins knows only the log.
    /// </summary>
    public static readonly ConfigurationChange ToWriteDown = new([], [], []);

    public static ConfigurationChange ToPut(Member member) => new([member], [], []);

    public static ConfigurationChange ToPromote(NodeId learner) => new([], [learner], []);

    public static ConfigurationChange ToRemove(NodeId member) => new([], [], [member]);

    /// <summary>Whether there is nothing left to change.</summary>
    public bool IsIn(ClusterConfiguration configuration) =>
        !configuration.IsJoint
        && Put.All(member => member == configuration.Find(member.Id))
        && Promote.All(configuration.IsVoter)
        && Remove.All(id => configuration.Find(id) is null);

    /// <summary>The configuration after the change; null with the reason if it makes no sense.</summary>
    public ClusterConfiguration? ApplyTo(ClusterConfiguration current, out string problem)
    {
        Invariant.Check(!current.IsJoint, "a change begins from a configuration that is not joint");
        problem = WhyNot(current);
        if (problem.Length > 0)
        {
            return null;
        }

        var put = Put.ToDictionary(member => member.Id);
        var members = current.Members.Select(member => put.GetValueOrDefault(member.Id) ?? member)
            .Concat(Put.Where(member => current.Find(member.Id) is null))
            .Where(member => !Remove.Contains(member.Id))
            .ToArray();
        var voters = members.Select(member => member.Id).Where(id => current.IsVoter(id) || Promote.Contains(id)).ToArray();
        if (voters.Length == 0)
        {
            problem = "no voter would be left";
            return null;
        }

        return ClusterConfiguration.Create(members, voters, learners: members.Select(member => member.Id).Except(voters));
    }

    private string WhyNot(ClusterConfiguration current)
    {
        foreach (var id in Promote.Concat(Remove))
        {
            if (current.Find(id) is null && !Put.Any(member => member.Id == id))
            {
                return $"{id} is not a member";
            }
        }

        return Put.FirstOrDefault(member => current.Members.Any(other => other.Name == member.Name && other.Id != member.Id && !Remove.Contains(other.Id))) is { } doubled
            ? $"a member is called '{doubled.Name}' already"
            : "";
    }
}

/// <summary>Why a change of the configuration was not begun.</summary>
public enum ConfigurationRefusal
{
    /// <summary>It was begun.</summary>
    None = 0,

    NotLeader,

    /// <summary>Another change is not complete yet, or the leader is too new to know; try again in a moment.</summary>
    ChangeUnderWay,

    /// <summary>Leadership is being handed over, or the server stops.</summary>
    Stopping,

    /// <summary>The leader's disk takes no writes.</summary>
    DiskFull,

    /// <summary>It makes no sense in the present configuration; the text says why.</summary>
    Invalid,

    /// <summary>It was not complete in time. It may have been begun, and may still take effect.</summary>
    TimedOut,
}
