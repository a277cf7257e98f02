namespace Keva.Serf.Queries;

/// <summary>Who asked gets to know what comes back.</summary>
internal interface IQueryObserver
{
    void OnAcknowledged(QueryId query, string from);

    void OnAnswered(QueryId query, string from, byte[] payload);

    void OnFinished(QueryId query, int acknowledgements, int answers);
}
