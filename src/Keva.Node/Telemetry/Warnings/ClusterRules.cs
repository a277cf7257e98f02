using Keva.Node.Gateway;

namespace Keva.Node.Telemetry.Warnings;

/// <summary>A member does not answer.</summary>
internal sealed class MissingMemberRule : IWarningRule
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SortedDictionary<string, Persistence> members = new(StringComparer.Ordinal);

    public string Code => "member_down";

    public Finding? Judge(VitalSigns signs)
    {
        var missing = new List<string>();
        foreach (var member in signs.View.Members)
        {
            if (!members.TryGetValue(member.Name, out var persistence))
            {
                members.Add(member.Name, persistence = new Persistence());
            }

            if (persistence.Note(member.Status == MemberStatus.Failed, signs.Now) >= Patience)
            {
                missing.Add($"{member.Name} at {member.PeerAddress}");
            }
        }

        return missing.Count == 0
            ? null
            : new Finding(
                $"No connection to {string.Join(", ", missing)}; {QuorumArithmetic.Of(signs.View)}.",
                "See whether the process runs, and whether its keva_port can be reached from here. It catches up by itself when it is back; one that is gone for good is removed with keva cluster down.");
    }
}

/// <summary>One more failure, or the one that there was, stops writes.</summary>
internal sealed class QuorumRule : IWarningRule
{
    private const int LeastThatTolerates = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Persistence persistence = new();

    public string Code => "quorum_at_risk";

    public Finding? Judge(VitalSigns signs)
    {
        // One voter, or two, tolerate none when all is well: that was somebody's choice.
        var quorum = QuorumArithmetic.Of(signs.View);
        var isAtRisk = quorum.Spare < 0 || (quorum.Spare == 0 && quorum.Voters >= LeastThatTolerates);
        if (persistence.Note(isAtRisk && quorum.Voters > 0, signs.Now) < Patience)
        {
            return null;
        }

        return quorum.Spare < 0
            ? new Finding(
                $"There is no majority: {quorum}. Nothing can be written; ?consistency=stale reads what this node has.",
                "Start the nodes that are down. Only if their disks are lost for good: keva cluster recover makes a cluster of a survivor, and gives up what only the others had.")
            : new Finding(
                $"The next failure stops all writes: {quorum}.",
                "Restart no node now. Bring back the one that is down, or let another join.");
    }
}

/// <summary>Nobody leads.</summary>
internal sealed class LeaderRule : IWarningRule
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Persistence persistence = new();

    public string Code => "no_leader";

    public Finding? Judge(VitalSigns signs) =>
        persistence.Note(signs.View.Leader.IsNone && !signs.View.IsStopping, signs.Now) >= Patience
            ? new Finding(
                $"This node knows no leader{(signs.View.NotReadyReason is { } reason ? $": {reason}" : "")}.",
                "Writes and linearizable reads wait. If a majority is up, look whether the nodes reach each other on keva_port, and whether their disks answer.")
            : null;
}
