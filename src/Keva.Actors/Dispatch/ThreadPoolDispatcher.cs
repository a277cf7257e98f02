namespace Keva.Actors.Dispatch;

/// <summary>
/// Runs mailboxes on the process's thread pool. The mailbox is the work item: scheduling allocates nothing. When an actor's
/// turn ends, its thread goes on with the mailboxes that it scheduled: waking another thread for each step of a chain of
/// messages would cost more than most steps. So a handler that tells and then blocks, which none may, holds up whom it told.
/// What brings messages in from outside can join in: see <see cref="BeginTurn"/>.
/// </summary>
public sealed class ThreadPoolDispatcher(int throughput = ThreadPoolDispatcher.DefaultThroughput) : MessageDispatcher
{
    private const int DefaultThroughput = 64;

    // Then the pool's other work, such as the answers to clients, gets its turn.
    private const int MostTurnsInARow = 16;

    [ThreadStatic]
    private static ScheduledHere? here;

    public override int Throughput => throughput;

    public static ThreadPoolDispatcher Instance { get; } = new();

    /// <summary>
    /// Until the end of this turn the calling thread is like one that runs an actor: whom it tells something runs on it
    /// when the turn ends. For a thread that brings a message in, from a socket or a clock, and has nothing else to do then.
    /// </summary>
    /// <returns>To be disposed of on the same thread.</returns>
    public static Turn BeginTurn() => new(Mine());

    /// <summary>Has <paramref name="work"/> done soon: by this thread after the actor's turn that it runs, or by any other.</summary>
    public static void Continue(IThreadPoolWorkItem work)
    {
        if (here is not { IsRunning: true } mine || !mine.TryAdd(work))
        {
            Queue(work);
        }
    }

    protected internal override void Schedule(Mailbox mailbox) => Continue(mailbox);

    protected internal override void Execute(Mailbox mailbox)
    {
        ArgumentNullException.ThrowIfNull(mailbox);
        using (BeginTurn())
        {
            mailbox.Run(Throughput);
        }
    }

    protected internal override void ReleaseNext() => here?.Release();

    private static ScheduledHere Mine() => here ??= new ScheduledHere();

    private static void Queue(IThreadPoolWorkItem work) => ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);

    /// <summary>A thread's turn, as long as it is not disposed of.</summary>
    public readonly ref struct Turn
    {
        private readonly ScheduledHere? began;

        internal Turn(ScheduledHere mine)
        {
            // One inside another is part of it.
            began = mine.IsRunning ? null : mine;
            mine.IsRunning = true;
        }

        /// <summary>Runs what was scheduled meanwhile.</summary>
        public void Dispose()
        {
            if (began is null)
            {
                return;
            }

            try
            {
                for (var turns = 1; turns < MostTurnsInARow && began.TryTake() is { } work; turns++)
                {
                    work.Execute();
                }
            }
            finally
            {
                began.IsRunning = false;
                began.Release();
            }
        }
    }

    /// <summary>What a thread is to do after the turn that it is in, the oldest first.</summary>
    internal sealed class ScheduledHere
    {
        // A turn that schedules more than a few is worth the help of other threads.
        private readonly IThreadPoolWorkItem?[] items = new IThreadPoolWorkItem?[4];
        private int first;
        private int count;

        public bool IsRunning { get; set; }

        public bool TryAdd(IThreadPoolWorkItem work)
        {
            if (count == items.Length)
            {
                return false;
            }

            items[(first + count++) % items.Length] = work;
            return true;
        }

        public IThreadPoolWorkItem? TryTake()
        {
            if (count == 0)
            {
                return null;
            }

            var work = items[first];
            items[first] = null;
            first = (first + 1) % items.Length;
            count--;
            return work;
        }

        public void Release()
        {
            while (TryTake() is { } work)
            {
                Queue(work);
            }
        }
    }
}
