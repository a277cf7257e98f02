using Keva.Node.Configuration;
using Keva.Node.Telemetry.Otlp;

// Where hosts look for what can be added to their logs.
namespace Microsoft.Extensions.Logging;

/// <summary>Has a host's log lines go where its node's metrics and traces go.</summary>
public static class KevaLoggingExtensions
{
    /// <summary>Sends log lines to <c>telemetry.otlp-endpoint</c>; without one, does nothing.</summary>
    public static ILoggingBuilder AddKevaOtlp(this ILoggingBuilder builder, NodeSettings settings)
    {
        OtlpExport.AddLogs(builder, settings);
        return builder;
    }
}
