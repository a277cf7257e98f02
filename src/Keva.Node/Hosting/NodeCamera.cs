using Keva.Node.Dashboard;
using Keva.Node.Gateway;
using Keva.Node.Telemetry;

namespace Keva.Node.Hosting;

/// <summary>Takes the dashboard's pictures of a node from what the node leaves for whoever looks: it is not asked anything.</summary>
/// <param name="views">The cluster as the node sees it.</param>
/// <param name="telemetry">The node in numbers.</param>
/// <param name="clock">Wall clock, and the monotonic time that the views count in.</param>
internal sealed class NodeCamera(ClusterViewHolder views, NodeTelemetry telemetry, TimeProvider clock) : IDashboardCamera
{
    private readonly TrafficMeter traffic = new(telemetry.Meter, clock);

    public DashboardPicture Take() => new(
        clock.GetUtcNow(),
        NodeVersion.Text,
        views.Current,
        views.AgeAt(clock.GetElapsedTime(0)),
        StoreSize.Of(telemetry.Statistics.Store),
        telemetry.Disk,
        telemetry.Journal,
        traffic.Take(),
        telemetry.Warnings);

    public void Dispose() => traffic.Dispose();
}
