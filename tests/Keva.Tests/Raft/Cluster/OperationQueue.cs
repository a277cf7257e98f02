namespace Keva.Tests.Raft.Cluster;

/// <summary>Does one thing after another, each after a while of its own, until it is cleared.</summary>
internal sealed class OperationQueue(Schedule schedule, Random random, Func<long> maxDelay)
{
    private readonly Queue<Action> waiting = new();
    private int epoch;
    private bool busy;

    public void Add(Action action)
    {
        waiting.Enqueue(action);
        StartNext();
    }

    /// <summary>The process ends: nothing of what waits will happen.</summary>
    public void Clear()
    {
        epoch++;
        waiting.Clear();
        busy = false;
    }

    private void StartNext()
    {
        if (busy || !waiting.TryDequeue(out var next))
        {
            return;
        }

        busy = true;
        var started = epoch;
        schedule.After(maxDelay() <= 1 ? 1 : random.NextInt64(maxDelay()), () =>
        {
            if (started != epoch)
            {
                return;
            }

            busy = false;
            next();
            StartNext();
        });
    }
}
