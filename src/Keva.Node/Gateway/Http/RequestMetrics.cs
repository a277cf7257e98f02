using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Keva.Node.Telemetry;

namespace Keva.Node.Gateway.Http;

/// <summary>
/// Counts requests and how long each took to be answered: from when its head was read until the answer begins to leave.
/// How fast the client reads the answer is not in it. Costs a request no allocation.
/// </summary>
public sealed class RequestMetrics
{
    /// <summary>The histogram's name.</summary>
    internal const string DurationName = "keva_http_request_duration_seconds";

    /// <summary>The route of a path that nothing is served at.</summary>
    internal const string NoRoute = "none";

    /// <summary>Counted for a request whose client went away before there was an answer; no client ever sees it.</summary>
    internal const int ClientGone = 499;

    private const int LeastStatus = 100;

    // Prepared, so that no request makes a string.
    private static readonly string[] Codes =
        [.. Enumerable.Range(LeastStatus, 500).Select(status => status.ToString(CultureInfo.InvariantCulture))];

    private readonly Histogram<double> duration;
    private readonly StripedCounter inFlight = new();

    /// <param name="meter">Where the instruments are made.</param>
    public RequestMetrics(Meter meter)
    {
        duration = meter.CreateHistogram(
            DurationName,
            "s",
            "Time from a request's head until its answer begins to leave.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
            });
        meter.CreateObservableGauge(
            "keva_http_requests_in_flight", () => inFlight.Sum, description: "Requests that have begun and not ended.");
    }

    internal void Began() => inFlight.Add(1);

    internal void Ended() => inFlight.Add(-1);

    internal void Answered(string method, string route, int status, long startedAt)
    {
        if (duration.Enabled)
        {
            duration.Record(
                Stopwatch.GetElapsedTime(startedAt).TotalSeconds,
                new KeyValuePair<string, object?>("method", Known(method)),
                new KeyValuePair<string, object?>("route", route),
                new KeyValuePair<string, object?>("code", Codes[Math.Clamp(status - LeastStatus, 0, Codes.Length - 1)]));
        }
    }

    // A client may call its method whatever it likes.
    private static string Known(string method) => method switch
    {
        "GET" => "GET",
        "PUT" => "PUT",
        "POST" => "POST",
        "HEAD" => "HEAD",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    };
}
