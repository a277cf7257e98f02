namespace Keva.Tests.Raft.Cluster;

/// <summary>Virtual time: what is to happen, in the order of its time and then of its making.</summary>
internal sealed class Schedule
{
    private readonly PriorityQueue<Action, (long Time, long Order)> events = new();
    private long order;

    /// <summary>Milliseconds since the start.</summary>
    public long Now { get; private set; }

    public TimeSpan Time => TimeSpan.FromMilliseconds(Now);

    public void At(long time, Action action) => events.Enqueue(action, (Math.Max(time, Now), order++));

    public void After(long delay, Action action) => At(Now + delay, action);

    /// <summary>Runs everything up to <paramref name="time"/>.</summary>
    public void RunTo(long time)
    {
        while (events.TryPeek(out _, out var next) && next.Time <= time)
        {
            RunNext();
        }

        Now = time;
    }

    private void RunNext()
    {
        events.TryDequeue(out var action, out var at);
        Now = at.Time;
        action!();
    }
}
