using System.Runtime.CompilerServices;
using Keva.Node.Configuration;
using Keva.Node.Hosting;
using Keva.Node.Telemetry.Tracing;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Keva.Node.Telemetry.Otlp;

/// <summary>Sends metrics and traces to where <c>telemetry.otlp-endpoint</c> says, in OpenTelemetry's protocol over HTTP.</summary>
internal sealed class OtlpExport : IAsyncDisposable
{
    // The last numbers are sent when a node stops, but nobody waits long for whoever takes them.
    private const int PatienceMilliseconds = 2_000;

    private readonly OtlpProblemLog problems;
    private readonly MeterProvider metrics;
    private readonly TracerProvider traces;

    private OtlpExport(NodeSettings settings, Uri endpoint, ILogger logger)
    {
        problems = new OtlpProblemLog(logger, endpoint, TimeProvider.System);
        metrics = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => Describe(resource, settings))
            .AddMeter(NodeTelemetry.MeterName, NodeTelemetry.RuntimeMeterName)
            .AddOtlpExporter(exporter => SendTo(exporter, endpoint, "v1/metrics"))
            .Build();
        traces = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => Describe(resource, settings))
            .AddSource(KevaActivity.SourceName)
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(settings.Telemetry.TraceFraction)))
            .AddOtlpExporter(exporter => SendTo(exporter, endpoint, "v1/traces"))
            .Build();
    }

    /// <summary>Begins to send, if the settings say where to.</summary>
    public static OtlpExport? Start(NodeSettings settings, ILogger logger) =>
        settings.Telemetry.OtlpEndpoint is { } endpoint ? new OtlpExport(settings, endpoint, logger) : null;

    /// <summary>Has log lines sent there, too.</summary>
    public static void AddLogs(ILoggingBuilder builder, NodeSettings settings)
    {
        if (settings.Telemetry.OtlpEndpoint is { } endpoint)
        {
            AddLogs(builder, settings, endpoint);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(
            Task.Run(() => metrics.Shutdown(PatienceMilliseconds)),
            Task.Run(() => traces.Shutdown(PatienceMilliseconds)));
        metrics.Dispose();
        traces.Dispose();
        problems.Dispose();
    }

    // On its own, so that a node that sends nothing does not load the SDK to find that out.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddLogs(ILoggingBuilder builder, NodeSettings settings, Uri endpoint) => builder.AddOpenTelemetry(logs =>
    {
        var resource = ResourceBuilder.CreateDefault();
        Describe(resource, settings);
        logs.SetResourceBuilder(resource);
        logs.IncludeFormattedMessage = true;
        logs.AddOtlpExporter(exporter => SendTo(exporter, endpoint, "v1/logs"));
    });

    private static void Describe(ResourceBuilder resource, NodeSettings settings) => resource
        .AddService("keva", serviceNamespace: settings.ClusterName, serviceVersion: NodeVersion.Text, autoGenerateServiceInstanceId: false, serviceInstanceId: settings.Identity);

    private static void SendTo(OtlpExporterOptions exporter, Uri endpoint, string path)
    {
        exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = new Uri($"{endpoint.AbsoluteUri.TrimEnd('/')}/{path}");
    }
}
