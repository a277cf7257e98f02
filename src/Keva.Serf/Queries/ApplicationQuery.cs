using Keva.Serf.Swim;

namespace Keva.Serf.Queries;

/// <summary>A question of the application: it gets to know everything.</summary>
internal sealed class ApplicationQuery(Outbox outbox) : IQueryObserver
{
    public void OnAcknowledged(QueryId query, string from) => outbox.Add(new QueryAcknowledged(query, from));

    public void OnAnswered(QueryId query, string from, byte[] payload) => outbox.Add(new QueryAnswered(query, from, payload));

    public void OnFinished(QueryId query, int acknowledgements, int answers) => outbox.Add(new QueryFinished(query, acknowledgements, answers));
}
