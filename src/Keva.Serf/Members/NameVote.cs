using Keva.Serf.Queries;
using Keva.Serf.Wire;

namespace Keva.Serf.Members;

/// <summary>
/// Two nodes use one name: the members say at which address they know it, and the node that less than a majority of them
/// knows gives way.
/// </summary>
internal sealed class NameVote(SerfContext context) : IQueryObserver
{
    private int answers;
    private int inFavour;

    /// <summary>Called when the vote is over; true if this node keeps its name.</summary>
    public required Action<bool> Decided { get; init; }

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

    public void OnFinished(QueryId query, int acknowledgements, int received)
    {
        var keeps = inFavour >= answers / 2 + 1;
        if (!keeps)
        {
            context.Outbox.Add(new NameConflictLost(answers, inFavour));
        }

        Decided(keeps);
    }
}
