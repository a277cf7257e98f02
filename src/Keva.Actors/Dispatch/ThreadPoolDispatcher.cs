namespace Keva.Actors.Dispatch;

/// <summary>
/// Runs mailboxes on the process's thread pool. The mailbox is the work item: scheduling allocates nothing. When an actor's
/// turn ends, its thread goes on with the mailbox that it scheduled last: waking another thread for each step of a chain of
/// messages would cost more than most steps. So a handler that tells and then blocks, which none may, holds up whom it told.
/// </summary>
public sealed class ThreadPoolDispatcher(int throughput = ThreadPoolDispatcher.DefaultThroughput) : MessageDispatcher
{
    private const int DefaultThroughput = 64;

    // Then the pool's other work, such as the answers to clients, gets its turn.
    private const int MostTurnsInARow = 8;

    [ThreadStatic]
    private static bool isRunning;

    [ThreadStatic]
    private static Mailbox? next;

    public override int Throughput => throughput;

    public static ThreadPoolDispatcher Instance { get; } = new();

    protected internal override void Schedule(Mailbox mailbox)
    {
        if (!isRunning)
        {
            Queue(mailbox);
            return;
        }

        // The earlier ones need not wait until this turn ends: another thread may take them.
        ReleaseNext();
        next = mailbox;
    }

    protected internal override void Execute(Mailbox mailbox)
    {
        ArgumentNullException.ThrowIfNull(mailbox);
        isRunning = true;
        try
        {
            mailbox.Run(Throughput);
            for (var turns = 1; turns < MostTurnsInARow && next is { } following; turns++)
            {
                next = null;
                following.Run(Throughput);
            }
        }
        finally
        {
            isRunning = false;
            ReleaseNext();
        }
    }

    protected internal override void ReleaseNext()
    {
        if (next is { } waiting)
        {
            next = null;
            Queue(waiting);
        }
    }

    private static void Queue(Mailbox mailbox) => ThreadPool.UnsafeQueueUserWorkItem(mailbox, preferLocal: false);
}
