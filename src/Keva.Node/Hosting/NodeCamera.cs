using Keva.Node.Dashboard;
using Keva.Node.Gateway;

namespace Keva.Node.Hosting;

/// <summary>Takes the dashboard's pictures of a node with everything real.</summary>
/// <param name="views">The cluster as the node sees it.</param>
/// <param name="store">The node's store.</param>
/// <param name="disk">Where it keeps its data.</param>
/// <param name="clock">Wall clock, and the monotonic time that the views count in.</param>
internal sealed class NodeCamera(ClusterViewHolder views, IStoreInspector store, NodeDisk disk, TimeProvider clock) : IDashboardCamera
{
    private readonly TrafficMeter traffic = new(clock);

    public async Task<DashboardPicture> TakeAsync()
    {
        var status = await store.DescribeAsync();
        return new DashboardPicture(
            clock.GetUtcNow(),
            NodeVersion.Text,
            views.Current,
            views.AgeAt(clock.GetElapsedTime(0)),
            status,
            disk.Look(),
            traffic.Take());
    }

    public void Dispose() => traffic.Dispose();
}
