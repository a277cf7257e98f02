using System.Buffers;
using Keva.Node.Gateway.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Keva.Node.Telemetry.Prometheus;

/// <summary><c>GET /metrics</c>: all metrics of this node and of its runtime, for Prometheus to scrape.</summary>
internal sealed class MetricsEndpoint(MetricAggregator metrics, ILogger logger)
{
    public const string Path = "/metrics";

    private static readonly StringValues ContentType = PrometheusText.ContentType;

    private int lastSize = 16 * 1024;

    public HttpRoute Route => new(Path, ("GET", HandleAsync));

    private ValueTask HandleAsync(HttpExchange exchange)
    {
        if (ReadParameters.RefuseAny(exchange.Target.Query) is { } failure)
        {
            return exchange.SendErrorAsync(failure);
        }

        var text = new ArrayBufferWriter<byte>(lastSize + (lastSize / 4));
        PrometheusText.Write(metrics.Collect(exception => NodeLog.MetricFailed(logger, exception)), text);
        lastSize = text.WrittenCount;
        exchange.ResponseHeaders.CacheControl = KevaHeaders.NoStore;
        return exchange.SendAsync(StatusCodes.Status200OK, ContentType, text.WrittenMemory);
    }
}
