namespace Keva.Node.Dashboard;

/// <summary>
/// A picture at once and then one every second, the same for all who watch. While nobody does, no picture is taken and no
/// timer runs.
/// </summary>
/// <param name="openCamera">A new camera, for as long as somebody watches.</param>
/// <param name="clock">What the second is measured with.</param>
internal sealed class DashboardFeed(Func<IDashboardCamera> openCamera, TimeProvider clock)
{
    public const int MaxWatchers = 64;

    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private int watchers;
    private DashboardSession? session;

    /// <summary>Null if too many watch already.</summary>
    public DashboardWatch? TryWatch()
    {
        lock (gate)
        {
            if (watchers == MaxWatchers)
            {
                return null;
            }

            watchers++;
            session ??= new DashboardSession(openCamera, clock);
            return new DashboardWatch(session, Leave);
        }
    }

    private void Leave()
    {
        lock (gate)
        {
            if (--watchers == 0)
            {
                session!.Stop();
                session = null;
            }
        }
    }
}

/// <summary>Somebody watches; until disposed. For one caller at a time.</summary>
internal sealed class DashboardWatch : IDisposable
{
    private readonly DashboardSession session;
    private readonly Action leave;
    private long seen;
    private bool isDisposed;

    public DashboardWatch(DashboardSession session, Action leave)
    {
        this.session = session;
        this.leave = leave;
    }

    /// <summary>The latest picture, as soon as it is another than the last time. Who asks too rarely misses some.</summary>
    public async Task<DashboardPicture> NextAsync(CancellationToken cancellation)
    {
        (var picture, seen) = await session.AfterAsync(seen, cancellation);
        return picture;
    }

    public void Dispose()
    {
        if (!isDisposed)
        {
            isDisposed = true;
            leave();
        }
    }
}
