namespace Keva.Journal.Storage;

/// <summary>A thread that does one piece of work after the other. Work must not throw: that would end the process.</summary>
internal sealed class WorkerThread
{
    private readonly object gate = new();
    private readonly Queue<Action> queue = [];
    private readonly Thread thread;
    private bool completed;

    public WorkerThread(string name)
    {
        thread = new Thread(Run) { Name = name, IsBackground = true };
        thread.Start();
    }

    /// <summary>False, and the work is not done, after <see cref="Complete"/>.</summary>
    public bool TryPost(Action work)
    {
        lock (gate)
        {
            if (completed)
            {
                return false;
            }

            queue.Enqueue(work);
            Monitor.Pulse(gate);
            return true;
        }
    }

    /// <summary>Takes no more work. What was posted is still done; then the thread ends.</summary>
    public void Complete()
    {
        lock (gate)
        {
            completed = true;
            Monitor.Pulse(gate);
        }
    }

    /// <summary>Waits until the thread has ended. Not from the thread itself.</summary>
    public void Join() => thread.Join();

    private void Run()
    {
        while (true)
        {
            Action? work;
            lock (gate)
            {
                while (!queue.TryDequeue(out work))
                {
                    if (completed)
                    {
                        return;
                    }

                    Monitor.Wait(gate);
                }
            }

            work();
        }
    }
}
