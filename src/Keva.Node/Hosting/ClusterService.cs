using Keva.Actors;
using Keva.Node.Consensus;
using Keva.Node.Gateway;
using Keva.Raft;
using Keva.Raft.Membership;

namespace Keva.Node.Hosting;

/// <summary>The node's members as <see cref="IClusterService"/>: each call is a message to its actors and the answer.</summary>
/// <param name="node">The node's actor.</param>
/// <param name="views">The cluster as the node sees it.</param>
/// <param name="timeout">How long the actors may take; the consensus gives up on its own before.</param>
/// <param name="hasLeft">Called when the node is a member no more: its host stops it.</param>
internal sealed class ClusterService(IActorRef node, ClusterViewHolder views, TimeSpan timeout, Action hasLeft) : IClusterService
{
    public async Task<KevaFailure?> LeaveAsync(bool force)
    {
        var view = views.Current;
        var self = view.Members.FirstOrDefault(member => member.Id == view.Self);
        if (self is not null && WhyDangerous(view, self, force) is { } danger)
        {
            return danger;
        }

        var failure = await AskAsync<LeaveEnded>(node, LeaveCluster.Instance, ended => ended.Problem is { } problem ? FailureOf(problem) : null);
        if (failure is null)
        {
            hasLeft();
        }

        return failure;
    }

    public async Task<KevaFailure?> RemoveAsync(string member, bool onlyIfFailed, bool force)
    {
        var view = views.Current;
        if (Find(view, member, out var found) is { } unknown)
        {
            return unknown;
        }

        if (onlyIfFailed && found.Status == MemberStatus.Up)
        {
            return new KevaFailure(KevaError.MemberIsUp, $"'{member}' answers; to remove a member that is up, use remove, or leave on that node.");
        }

        if (WhyDangerous(view, found, force) is { } danger)
        {
            return danger;
        }

        return await WithConsensusAsync(consensus => AskAsync<ConfigurationChangeEnded>(
            consensus, new ChangeConfiguration(ConfigurationChange.ToRemove(found.Id)), FailureOf));
    }

    public async Task<KevaFailure?> TransferAsync(string? member)
    {
        var view = views.Current;
        var target = NodeId.None;
        if (member is not null)
        {
            if (Find(view, member, out var found) is { } unknown)
            {
                return unknown;
            }

            if (found.Role == MemberRole.Learner || found.Status != MemberStatus.Up)
            {
                return new KevaFailure(KevaError.BadRequest, $"'{member}' cannot lead: it {(found.Role == MemberRole.Learner ? "does not vote" : "does not answer")}.");
            }

            target = found.Id;
        }

        return await WithConsensusAsync(consensus => AskAsync<TransferBegun>(
            consensus,
            new TransferLeadership(target),
            begun => begun.IsUnderWay ? null : new KevaFailure(KevaError.NoLeader, "There is no leader, or nobody to hand leadership over to.")));
    }

    private static KevaFailure? Find(ClusterView view, string name, out MemberView found)
    {
        found = view.Members.FirstOrDefault(member => string.Equals(member.Name, name, StringComparison.Ordinal))!;
        return found is null
            ? new KevaFailure(KevaError.NotFound, $"No member is called '{name}'; there are {string.Join(", ", view.Members.Select(member => member.Name))}.")
            : null;
    }

    // To remove who has failed only makes things better; to remove who works may leave nobody to spare.
    private static KevaFailure? WhyDangerous(ClusterView view, MemberView member, bool force)
    {
        if (member.Role == MemberRole.Learner || member.Status != MemberStatus.Up)
        {
            return null;
        }

        var (before, after) = (QuorumArithmetic.Of(view), QuorumArithmetic.Without(view, member));
        if (after.Voters == 0)
        {
            return new KevaFailure(KevaError.BadRequest, $"'{member.Name}' is the only voter: without it there is no cluster. To end it, stop the node.");
        }

        if (after.Spare < 0)
        {
            // The change could never be committed, and nothing else could meanwhile.
            return new KevaFailure(
                KevaError.QuorumAtRisk,
                $"Without '{member.Name}' the cluster has no majority: now {before}; then {after}. First remove who has failed (down).");
        }

        return force || after.Spare > 0
            ? null
            : new KevaFailure(
                KevaError.QuorumAtRisk,
                $"Without '{member.Name}' the cluster survives no failure: now {before}; then {after}. Say that it is meant (force; --yes).");
    }

    private static KevaFailure? FailureOf(ConfigurationChangeEnded ended) => ended.Refusal switch
    {
        ConfigurationRefusal.None => null,
        ConfigurationRefusal.Invalid => new KevaFailure(KevaError.BadRequest, $"That cannot be: {ended.Problem}."),
        ConfigurationRefusal.NotLeader => new KevaFailure(KevaError.NoLeader, "No leader was found in time; nothing was changed."),
        ConfigurationRefusal.DiskFull => new KevaFailure(KevaError.DiskFull, "The leader's disk takes no writes; nothing was changed."),
        ConfigurationRefusal.Stopping => new KevaFailure(KevaError.Stopping, "The leader is stopping; try again."),
        ConfigurationRefusal.ChangeUnderWay => new KevaFailure(KevaError.ChangeUnderWay, "Another change of the members is under way, and did not end in time."),
        ConfigurationRefusal.TimedOut => new KevaFailure(KevaError.OutcomeUnknown, "The change was begun and is not complete yet; look at the members."),
        _ => throw new ArgumentOutOfRangeException(nameof(ended), ended.Refusal, "a refusal without a sentence"),
    };

    private async Task<KevaFailure?> WithConsensusAsync(Func<IActorRef, Task<KevaFailure?>> request)
    {
        var found = await node.Ask<ConsensusFound>(GetConsensus.Instance, timeout);
        return found.Consensus is { } consensus
            ? await request(consensus)
            : new KevaFailure(KevaError.Joining, "This node is not yet part of a cluster.");
    }

    private async Task<KevaFailure?> AskAsync<T>(IActorRef actor, object message, Func<T, KevaFailure?> outcome)
        where T : class
    {
        try
        {
            return outcome(await actor.Ask<T>(message, timeout));
        }
        catch (AskTimeoutException)
        {
            return new KevaFailure(KevaError.OutcomeUnknown, "There was no answer in time; look at the members.");
        }
    }
}
