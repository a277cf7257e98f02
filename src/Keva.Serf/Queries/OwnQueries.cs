using Keva.Serf.Members;
using Keva.Serf.Swim;
using Keva.Serf.Wire;

namespace Keva.Serf.Queries;

/// <summary>The questions that this node has put and that are still open.</summary>
internal sealed class OwnQueries(SerfContext context, MemberTable members, LamportClock clock)
{
    /// <summary>What a question may take as a message.</summary>
    private const int MostBytes = 1_024;

    private const double NanosecondsPerMillisecond = 1_000_000;

    private static readonly TimeSpan LongestTimeout = TimeSpan.FromHours(1);

    private readonly Dictionary<QueryId, OpenQuery> open = [];

    /// <summary>This node is one of those that are asked.</summary>
    public required Action<QueryMessage> HandleLocally { get; init; }

    /// <exception cref="ArgumentException">The query is too long.</exception>
    public QueryId Start(string name, byte[] payload, QueryParameters parameters, IQueryObserver observer)
    {
        var timeout = parameters.Timeout ?? DefaultTimeout();
        if (timeout <= TimeSpan.Zero || timeout > LongestTimeout)
        {
            throw new ArgumentException("a query waits for more than nothing and at most an hour", nameof(parameters));
        }

        var self = context.Memberlist.Self;
        var query = new QueryMessage(
            clock.Time,
            (uint)context.Random.Next(),
            self.Address,
            self.Port,
            self.Name,
            QueryFilter.Encode(parameters),
            parameters.WantsAcknowledgements ? QueryMessage.AckFlag : 0,
            parameters.RelayFactor,
            (long)(timeout.TotalMilliseconds * NanosecondsPerMillisecond),
            name,
            payload.Length == 0 ? null : payload);
        var encoded = SerfEncoder.Encode(query);
        if (encoded.Length > MostBytes)
        {
            throw new ArgumentException($"a query may take {MostBytes} bytes, this takes {encoded.Length}", nameof(payload));
        }

        var id = new QueryId(query.LamportTime, query.Id);
        open.Add(id, new OpenQuery(observer, context.Timers.Schedule(timeout, () => Finish(id))));
        HandleLocally(query);
        context.Broadcasts.Queries.Add(encoded);
        return id;
    }

    /// <summary>Each node counts once for an acknowledgement and once for an answer, by however many ways they come.</summary>
    public void OnResponse(QueryResponseMessage response)
    {
        var id = new QueryId(response.LamportTime, response.Id);
        if (!open.TryGetValue(id, out var query))
        {
            return;
        }

        if ((response.Flags & QueryResponseMessage.AckFlag) != 0)
        {
            if (query.Acknowledged.Add(response.From))
            {
                query.Observer.OnAcknowledged(id, response.From);
            }
        }
        else if (query.Answered.Add(response.From))
        {
            query.Observer.OnAnswered(id, response.From, response.Payload ?? []);
        }
    }

    /// <summary>No more answers are wanted.</summary>
    public void Finish(QueryId id)
    {
        if (open.Remove(id, out var query))
        {
            query.Timer.Cancel();
            query.Observer.OnFinished(id, query.Acknowledged.Count, query.Answered.Count);
        }
    }

    private TimeSpan DefaultTimeout() =>
        BroadcastQueue.TransmitLimit(context.Options.QueryTimeoutMultiplier, members.AliveCount) * context.Options.Timing.GossipInterval;

    private sealed class OpenQuery(IQueryObserver observer, ScheduledTimer timer)
    {
        public IQueryObserver Observer { get; } = observer;

        public ScheduledTimer Timer { get; } = timer;

        public HashSet<string> Acknowledged { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Answered { get; } = new(StringComparer.Ordinal);
    }
}
