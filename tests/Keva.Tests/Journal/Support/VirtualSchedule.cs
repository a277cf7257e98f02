namespace Keva.Tests.Journal.Support;

/// <summary>Virtual time: actions in the order of when they are due.</summary>
internal sealed class VirtualSchedule
{
    private readonly PriorityQueue<Action, (TimeSpan Due, long Number)> actions = new();
    private long count;

    public TimeSpan Now { get; private set; }

    public void After(TimeSpan delay, Action action) => actions.Enqueue(action, (Now + delay, ++count));

    /// <summary>Runs the next action; false if there is none.</summary>
    public bool Step()
    {
        if (!actions.TryDequeue(out var action, out var when))
        {
            return false;
        }

        Now = when.Due;
        action();
        return true;
    }

    /// <summary>Runs until the condition holds. Fails if it does not after an hour of virtual time.</summary>
    public void RunUntil(Func<bool> condition)
    {
        while (!condition())
        {
            Assert.True(Now < TimeSpan.FromHours(1) && Step(), "nothing is scheduled any more that could make the condition true");
        }
    }
}
