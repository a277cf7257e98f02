using System.Net;
using System.Text;
using Keva.Serf.Queries;
using Keva.Serf.Swim;

namespace Keva.Serf.Members;

/// <summary>
/// Another node has this node's name. The members say at which address they know it; whom less than a majority knows asks at
/// the other address, and gives way if somebody answers there. Agents give way at once. But then a node that moved would
/// lose to their memory of its own former life.
/// </summary>
internal sealed class NameDispute(SerfContext context, OwnQueries queries)
{
    private bool isOpen;

    /// <summary>Called when the name belongs to the other.</summary>
    public required Action NameLost { get; init; }

    /// <param name="other">Where the other node of the name is said to be.</param>
    public void OnClaimed(IPEndPoint other)
    {
        if (isOpen)
        {
            return;
        }

        isOpen = true;
        var vote = new NameVote(context) { Decided = result => OnVoted(result, other) };
        queries.Start(InternalQueries.Conflict, Encoding.UTF8.GetBytes(context.Options.Name), QueryParameters.Default, vote);
    }

    private void OnVoted(NameVoteResult result, IPEndPoint other)
    {
        if (result.IsWon)
        {
            isOpen = false;
            return;
        }

        context.Memberlist.AskAt(other, context.Options.Name, isThere => OnAsked(isThere, result));
    }

    private void OnAsked(bool isThere, NameVoteResult result)
    {
        isOpen = false;
        if (isThere)
        {
            context.Outbox.Add(new NameConflictLost(result.Answers, result.InFavour));
            NameLost();
            return;
        }

        // Until the others have noticed, too, that nobody is there, they do not believe this node. One of them is told
        // again; if it does not yet know better, that opens the next dispute.
        context.Timers.Schedule(context.Options.Timing.ProbeInterval, context.Memberlist.Synchronise);
    }
}
