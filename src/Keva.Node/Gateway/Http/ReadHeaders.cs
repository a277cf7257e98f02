using System.Globalization;

namespace Keva.Node.Gateway.Http;

/// <summary>The headers that every answer to a read carries, whichever interface it came through.</summary>
internal static class ReadHeaders
{
    public static void Add(HttpExchange exchange, in ReadOutcome outcome)
    {
        var headers = exchange.ResponseHeaders;
        exchange.SetRevision(outcome.StoreRevision);
        headers[KevaHeaders.Consistency] = KevaHeaders.NameOf(outcome.Served);
        headers.CacheControl = KevaHeaders.NoCache;
        if (outcome.Served == ReadConsistency.Stale)
        {
            headers[KevaHeaders.Age] = outcome.Age is { } age
                ? age.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture)
                : KevaHeaders.AgeUnknown;
        }
    }
}
