using System.Diagnostics;
using Keva.Node.Hosting;

namespace Keva.Node.Telemetry.Tracing;

/// <summary>
/// Where the spans of a node come from. As long as nobody listens, none is made, and asking whether somebody does is all
/// that it costs.
/// </summary>
public static class KevaActivity
{
    /// <summary>The name that exporters ask for.</summary>
    public const string SourceName = "Keva";

    private static readonly ActivitySource Source = new(SourceName, NodeVersion.Text);

    /// <summary>Whether anybody wants spans at all.</summary>
    internal static bool HasListeners => Source.HasListeners();

    /// <summary>Begins a span, which is the current one from now on; null if nobody wants this one.</summary>
    internal static Activity? Start(string name, ActivityKind kind, ActivityContext parent = default) => Source.StartActivity(name, kind, parent);

    /// <summary>
    /// Begins a span that ends somewhere else, on another thread: what goes on here meanwhile is no part of it.
    /// </summary>
    internal static Activity? StartElsewhere(string name, ActivityKind kind, ActivityContext parent)
    {
        var current = Activity.Current;
        var activity = Source.StartActivity(name, kind, parent);
        Activity.Current = current;
        return activity;
    }

    internal static void Fail(this Activity activity, string reason)
    {
        activity.SetStatus(ActivityStatusCode.Error, reason);
        activity.Dispose();
    }
}
