using Keva.Node.Configuration;
using Keva.Serf;
using Microsoft.Extensions.Logging;

namespace Keva.Node.Gossip;

/// <summary>What of the gossip is worth a line in the node's log.</summary>
internal sealed class MembershipLog(ILogger logger, string ownName)
{
    public static string WhyNameLost(string name, NameConflictLost lost) =>
        $"another node of the gossip is called '{name}', too, and "
        + (lost.Answers == 0 ? "no node knows this one: " : $"{lost.Answers - lost.InFavour} of {lost.Answers} nodes know that one: ")
        + "give this node another identity, or stop the other";

    public void Report(SerfOutput output)
    {
        switch (output)
        {
            case MemberChanged { Member: var member } change when !string.Equals(member.Name, ownName, StringComparison.Ordinal):
                Report(change.Kind, member);
                break;
            case NameConflict conflict:
                NodeLog.GossipNameConflict(logger, OneLine.Of(conflict.Name), conflict.Known.ToString(), conflict.Claimant.ToString());
                break;
        }
    }

    public void SeedsJoined(GossipJoinOutcome outcome, bool isNews)
    {
        if (outcome.Contacted == 0 && isNews)
        {
            var first = outcome.Failures[0];
            NodeLog.GossipSeedsSilent(logger, outcome.Failures.Count, first.Address, first.Reason);
        }
    }

    public void KeyringNotSaved(string? problem)
    {
        if (problem is not null)
        {
            NodeLog.GossipKeyringNotSaved(logger, problem);
        }
    }

    private void Report(MemberEventKind kind, Member member)
    {
        var (name, address) = (OneLine.Of(member.Name), member.Address.ToString());
        switch (kind)
        {
            case MemberEventKind.Joined:
                NodeLog.GossipMemberJoined(logger, name, address);
                break;
            case MemberEventKind.Left:
                NodeLog.GossipMemberLeft(logger, name, address);
                break;
            case MemberEventKind.Failed:
                NodeLog.GossipMemberFailed(logger, name, address);
                break;
            case MemberEventKind.Reaped:
                NodeLog.GossipMemberForgotten(logger, name, address);
                break;
        }
    }
}
