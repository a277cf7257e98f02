namespace Keva.Node.Dashboard;

/// <summary>The pictures from the first who watches to the last.</summary>
internal sealed class DashboardSession
{
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private TaskCompletionSource next = New();
    private DashboardPicture? latest;
    private long number;

    public DashboardSession(Func<IDashboardCamera> openCamera, TimeProvider clock) => _ = TakeAllAsync(openCamera, clock);

    public void Stop() => stopping.Cancel();

    /// <summary>The latest picture, as soon as its number is above <paramref name="seen"/>.</summary>
    public async Task<(DashboardPicture Picture, long Number)> AfterAsync(long seen, CancellationToken cancellation)
    {
        while (true)
        {
            Task change;
            lock (gate)
            {
                if (number > seen)
                {
                    return (latest!, number);
                }

                change = next.Task;
            }

            await change.WaitAsync(cancellation);
        }
    }

    private async Task TakeAllAsync(Func<IDashboardCamera> openCamera, TimeProvider clock)
    {
        await Task.Yield();
        try
        {
            using var camera = openCamera();
            while (true)
            {
                Publish(camera.Take());
                await Task.Delay(DashboardFeed.Interval, clock, stopping.Token);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The last one has left.
        }
        catch (Exception exception)
        {
            // To those who watch, and through their requests into the log.
            next.TrySetException(exception);
        }
    }

    private void Publish(DashboardPicture picture)
    {
        TaskCompletionSource reached;
        lock (gate)
        {
            latest = picture;
            number++;
            reached = next;
            next = New();
        }

        reached.SetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
