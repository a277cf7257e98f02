using System.Globalization;
using Keva.Node.Gateway;

namespace Keva.Cli.Commands.Cluster;

/// <summary>How a member does: what it says itself where it answers, else what the others know.</summary>
internal sealed record MemberStatusLine(
    string Name,
    string Role,
    string Status,
    string KevaAddress,
    string HttpAddress,
    bool Answers,
    string? Problem,
    string? Leader,
    long? Term,
    long? AppliedIndex,
    long? Behind,
    string? StateHash,
    bool? Ready,
    string? NotReadyReason,
    string? Version);

/// <summary>A warning and the node that gives it.</summary>
internal sealed record NodeWarning(string Node, string Code, string? Since, string Text, string? Hint);

/// <summary>
/// The state of a cluster, out of what one node knows and what each member says itself: what is wrong, how much more the
/// cluster survives, and what is safe to do.
/// </summary>
internal sealed class ClusterStatusReport
{
    private readonly ClusterModel basis;

    /// <param name="seen">The cluster as the node sees it that was asked.</param>
    /// <param name="answers">What the members say themselves.</param>
    public ClusterStatusReport(ClusterModel seen, IReadOnlyList<MemberAnswer> answers)
    {
        Seen = seen;
        var pictures = answers.Select(answer => answer.Picture).OfType<ClusterModel>().Append(seen).Distinct().ToList();

        // The leader knows how far the others are and who of them answers it. Of several that think they lead, the last one does.
        basis = pictures.Where(picture => picture.Node is not null && picture.Leader == picture.Node).MaxBy(picture => picture.Term) ?? seen;
        Leader = basis.Leader ?? pictures.Where(picture => picture.Leader is not null).MaxBy(picture => picture.Term)?.Leader;
        Term = pictures.Max(picture => picture.Term);
        CommitIndex = pictures.Max(picture => picture.CommitIndex);
        State = new StateComparison(pictures);
        var voters = basis.Members.Where(member => member.IsVoter).ToList();
        FailedVoters = [.. voters.Where(member => !member.IsUp).Select(member => member.Name)];
        Quorum = new QuorumArithmetic(voters.Count, voters.Count - FailedVoters.Count);
        Members = [.. basis.Members.Select(member => LineOf(member, answers.FirstOrDefault(answer => answer.Name == member.Name)))];
        Warnings = [.. answers.SelectMany(answer => answer.Warnings.Select(warning => new NodeWarning(answer.Name, warning.Code, warning.Since, warning.Text, warning.Hint)))];
    }

    /// <summary>Asks the node, and then every member that it knows.</summary>
    /// <exception cref="KevaRequestException">The node does not answer.</exception>
    public static async Task<ClusterStatusReport> TakeAsync(NodeConnection node, CancellationToken cancellation)
    {
        var seen = await new ClusterClient(node).GetAsync(cancellation);
        return new ClusterStatusReport(seen, await MemberSurvey.AskAllAsync(node, seen, cancellation));
    }

    public ClusterModel Seen { get; }

    public string? Leader { get; }

    public long Term { get; }

    /// <summary>The highest that any member knows of.</summary>
    public long CommitIndex { get; }

    public QuorumArithmetic Quorum { get; }

    public IReadOnlyList<string> FailedVoters { get; }

    public StateComparison State { get; }

    public IReadOnlyList<MemberStatusLine> Members { get; }

    public IReadOnlyList<NodeWarning> Warnings { get; }

    public bool HasQuorum => Quorum is { Spare: >= 0, Voters: > 0 };

    /// <summary>Whether all is as it should be.</summary>
    public bool IsHealthy => Leader is not null && HasQuorum && FailedVoters.Count == 0 && !State.HasDiverged && Warnings.Count == 0;

    public string QuorumSentence => Quorum switch
    {
        { Voters: 0 } => $"{Seen.Node ?? "the node"} knows no voters",
        { Spare: < 0 } => $"{Quorum}: NO QUORUM, nothing can be written until {Nodes(-Quorum.Spare)} more answer{(Quorum.Spare == -1 ? "s" : "")}",
        { Spare: 0 } => $"{Quorum}: survives no more failure",
        _ => string.Create(CultureInfo.InvariantCulture, $"{Quorum}: survives {Quorum.Spare} more failure{(Quorum.Spare == 1 ? "" : "s")}"),
    };

    /// <summary>What to do, and what not, the most urgent first.</summary>
    public IEnumerable<string> Advice
    {
        get
        {
            if (State.HasDiverged)
            {
                yield return $"{string.Join(", ", State.Groups.Skip(1).SelectMany(group => group.Members))}: stop, keep the directory for whoever looks into it, and start again with an empty one";
            }

            foreach (var advice in AdviceOnQuorum())
            {
                yield return advice;
            }

            if (Leader is null && HasQuorum)
            {
                yield return "enough voters answer, so one should lead within seconds; if none does, look into their logs";
            }
        }
    }

    public object ToJson() => new
    {
        cluster = Seen.Cluster,
        cluster_id = Seen.ClusterId,
        seen_by = Seen.Node,
        healthy = IsHealthy,
        leader = Leader,
        term = Term,
        commit_index = CommitIndex,
        quorum = new
        {
            voters = Quorum.Voters,
            up = Quorum.Up,
            needed = Quorum.Majority,
            survives = Math.Max(0, Quorum.Spare),
            has_quorum = HasQuorum,
            sentence = QuorumSentence,
        },
        state = new
        {
            diverged = State.HasDiverged,
            index = State.Index,
            hashes = State.Groups.Select(group => new { hash = group.Hash, members = group.Members }),
            sentence = State.Sentence,
        },
        members = Members,
        advice = Advice,
        warnings = Warnings,
    };

    private IEnumerable<string> AdviceOnQuorum()
    {
        if (Quorum.Voters == 0)
        {
            yield break;
        }

        var failed = string.Join(", ", FailedVoters);
        if (!HasQuorum)
        {
            yield return $"start {failed} again, with the directories they had; reads with ?consistency=stale work meanwhile (keva kv get --stale)";
            yield return "only if they are lost for good: stop what runs, and make a cluster of one survivor: keva cluster recover";
        }
        else if (FailedVoters.Count > 0)
        {
            yield return $"start {failed} again with its directory; if it is lost for good: keva cluster down {FailedVoters[0]}";
            yield return Quorum.Spare == 0 ? "stop no other voter until then" : string.Create(CultureInfo.InvariantCulture, $"of the others, no more than {Quorum.Spare} at a time may be stopped");
        }
        else if (Quorum.Spare == 0)
        {
            yield return $"any failure stops writes: add nodes until there are 3 voters (keva start --join {basis.Members[0].KevaAddress})";
        }
        else
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"safe: stopping any {Nodes(Quorum.Spare)} at a time");
        }
    }

    private MemberStatusLine LineOf(ClusterMember member, MemberAnswer? answer)
    {
        var picture = answer?.Picture;
        var own = picture?.Find(member.Name);
        var applied = picture?.AppliedIndex ?? own?.AppliedIndex ?? member.AppliedIndex;
        return new MemberStatusLine(
            member.Name,
            member.Role,
            member.Status,
            member.KevaAddress,
            member.HttpAddress,
            picture is not null,
            answer?.Problem,
            picture?.Leader,
            picture?.Term,
            applied,
            applied is { } index ? Math.Max(0, CommitIndex - index) : null,
            own?.StateHash ?? member.StateHash,
            picture?.Ready,
            picture?.NotReadyReason,
            member.Version ?? own?.Version);
    }

    private static string Nodes(int count) => count == 1 ? "one" : count.ToString(CultureInfo.InvariantCulture);
}
