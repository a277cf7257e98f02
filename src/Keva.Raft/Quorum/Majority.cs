using System.Collections.Immutable;
using Keva.Raft.Membership;

namespace Keva.Raft.Quorum;

/// <summary>Where an election stands.</summary>
public enum VoteResult
{
    Pending,
    Won,
    Lost,
}

/// <summary>
/// Decides by majority of a configuration's voters; in a joint configuration a majority of the old and of the new
/// voters is needed (§4.3). Learners never count.
/// </summary>
public static class Majority
{
    /// <summary>The highest index that a quorum has reached, given each voter's index.</summary>
    public static long ReachedBy(ClusterConfiguration configuration, Func<NodeId, long> valueOf)
    {
        var reached = ReachedBy(configuration.Voters, valueOf);
        return configuration.IsJoint ? Math.Min(reached, ReachedBy(configuration.OutgoingVoters, valueOf)) : reached;
    }

    /// <param name="voteOf">True granted, false refused, null not yet answered.</param>
    public static VoteResult Count(ClusterConfiguration configuration, Func<NodeId, bool?> voteOf)
    {
        var result = Count(configuration.Voters, voteOf);
        if (!configuration.IsJoint)
        {
            return result;
        }

        var outgoing = Count(configuration.OutgoingVoters, voteOf);
        return (result, outgoing) switch
        {
            (VoteResult.Lost, _) or (_, VoteResult.Lost) => VoteResult.Lost,
            (VoteResult.Won, VoteResult.Won) => VoteResult.Won,
            _ => VoteResult.Pending,
        };
    }

    private static long ReachedBy(ImmutableArray<NodeId> voters, Func<NodeId, long> valueOf)
    {
        if (voters.IsEmpty)
        {
            return 0;
        }

        Span<long> values = voters.Length <= 16 ? stackalloc long[voters.Length] : new long[voters.Length];
        for (var i = 0; i < voters.Length; i++)
        {
            values[i] = valueOf(voters[i]);
        }

        values.Sort();

        // Ascending: everything from here on is at least this high, and that is a majority.
        return values[(voters.Length - 1) / 2];
    }

    private static VoteResult Count(ImmutableArray<NodeId> voters, Func<NodeId, bool?> voteOf)
    {
        var granted = 0;
        var refused = 0;
        foreach (var voter in voters)
        {
            switch (voteOf(voter))
            {
                case true:
                    granted++;
                    break;
                case false:
                    refused++;
                    break;
            }
        }

        var needed = voters.Length / 2 + 1;
        return granted >= needed ? VoteResult.Won : voters.Length - refused < needed ? VoteResult.Lost : VoteResult.Pending;
    }
}
