namespace Keva.Actors.Dispatch;

/// <summary>Runs mailboxes on the process's thread pool. The mailbox is the work item: scheduling allocates nothing.</summary>
public sealed class ThreadPoolDispatcher(int throughput = ThreadPoolDispatcher.DefaultThroughput) : MessageDispatcher
{
    private const int DefaultThroughput = 64;

    public override int Throughput => throughput;

    public static ThreadPoolDispatcher Instance { get; } = new();

    protected internal override void Schedule(Mailbox mailbox) => ThreadPool.UnsafeQueueUserWorkItem(mailbox, preferLocal: false);
}
