using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Keva.Node.Telemetry.Otlp;

/// <summary>
/// The exporter drops what it cannot send and says so only to listeners of its event source. A line in the log every now and
/// then keeps an operator from looking at graphs that stand still.
/// </summary>
internal sealed class OtlpProblemLog : EventListener
{
    private const string ExporterSource = "OpenTelemetry-Exporter-OpenTelemetryProtocol";
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(5);

    private readonly Lock gate = new();
    private readonly ILogger? logger;
    private readonly Uri endpoint;
    private readonly TimeProvider clock;
    private long? saidAt;

    public OtlpProblemLog(ILogger logger, Uri endpoint, TimeProvider clock)
    {
        this.endpoint = endpoint;
        this.clock = clock;
        this.logger = logger;
    }

    // Called by the base's constructor, too, before there are any fields.
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == ExporterSource)
        {
            EnableEvents(eventSource, EventLevel.Error);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (logger is null || eventData.EventSource.Name != ExporterSource)
        {
            return;
        }

        lock (gate)
        {
            if (saidAt is { } at && clock.GetElapsedTime(at) < Period)
            {
                return;
            }

            saidAt = clock.GetTimestamp();
        }

        NodeLog.TelemetryNotSent(logger, endpoint.ToString(), TextOf(eventData));
    }

    private static string TextOf(EventWrittenEventArgs eventData)
    {
        var text = eventData.Message is { } message
            ? string.Format(CultureInfo.InvariantCulture, message, [.. eventData.Payload ?? []])
            : eventData.EventName ?? "unknown";

        // Exceptions come with their stacks.
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        return end < 0 ? text : text[..end].TrimEnd('\r');
    }
}
