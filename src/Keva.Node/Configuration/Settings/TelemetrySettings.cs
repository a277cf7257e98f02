namespace Keva.Node.Configuration;

/// <summary><c>telemetry</c>: what the node tells programs that watch it, besides <c>GET /metrics</c>.</summary>
public sealed record TelemetrySettings
{
    /// <summary>Where metrics, traces and logs are sent in OpenTelemetry's protocol over HTTP; null for nowhere.</summary>
    public required Uri? OtlpEndpoint { get; init; }

    /// <summary>
    /// Which part of the requests is traced, of those whose sender has not decided: 0 to 1. Nothing is traced without an
    /// endpoint, unless the host listens.
    /// </summary>
    public required double TraceFraction { get; init; }

    internal static TelemetrySettings Bind(SettingsSection section) => new()
    {
        OtlpEndpoint = section.HttpAddress("otlp-endpoint"),
        TraceFraction = section.Fraction("trace-fraction", 0, 1),
    };
}
