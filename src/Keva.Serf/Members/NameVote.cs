using Keva.Serf.Queries;
using Keva.Serf.Wire;

namespace Keva.Serf.Members;

/// <summary>
/// Two nodes use one name: the members say at which address they know it.
/// </summary>
internal sealed class NameVote(SerfContext context) : IQueryObserver
{
    private int answers;
    private int inFavour;

    /// <summary>Called when the vote is over.</summary>
    public required Action<NameVoteResult> Decided { get; init; }

    public void OnAcknowledged(QueryId query, string from)
    {
        // None was asked for.
    }

    public void OnAnswered(QueryId query, string from, byte[] payload)
    {
        try
        {
            if (payload is not [(byte)SerfMessageType.ConflictResponse, ..] || SerfDecoder.Decode(payload) is not ConflictResponseMessage response)
            {
                return;
            }

            answers++;
            var self = context.Memberlist.Self;
            if (response.Member is { Address: { } address } member && self.HasAddress(address, member.Port))
            {
                inFavour++;
            }
        }
        catch (MalformedMessageException)
        {
            // A vote that cannot be read is none.
        }
    }

    public void OnFinished(QueryId query, int acknowledgements, int received) => Decided(new NameVoteResult(answers, inFavour));
}

/// <summary>How the members voted on a name.</summary>
/// <param name="Answers">How many answered.</param>
/// <param name="InFavour">How many of them know the name at this node's address.</param>
internal readonly record struct NameVoteResult(int Answers, int InFavour)
{
    public bool IsWon => InFavour >= Answers / 2 + 1;
}
