namespace Keva.Node.Dashboard;

/// <summary>
/// Takes pictures of a node. Counts, until disposed, what a picture has to tell of the time since the one before.
/// </summary>
internal interface IDashboardCamera : IDisposable
{
    DashboardPicture Take();
}
