namespace Keva.Actors.Dispatch;

/// <summary>
/// Gives each of its actors a thread of its own, which lives as long as the actor: for those that block, as on a disk, or
/// that must not wait for the pool.
/// </summary>
public sealed class PinnedDispatcher : MessageDispatcher
{
    /// <summary>The name under which every system has it.</summary>
    public const string Id = "pinned-dispatcher";

    public static PinnedDispatcher Instance { get; } = new();

    protected internal override void Attach(Mailbox mailbox)
    {
        ArgumentNullException.ThrowIfNull(mailbox);
        var worker = new Worker(mailbox, Throughput);
        mailbox.DispatcherState = worker;
        worker.Start();
    }

    protected internal override void Schedule(Mailbox mailbox)
    {
        ArgumentNullException.ThrowIfNull(mailbox);
        ((Worker)mailbox.DispatcherState!).Wake();
    }

    protected internal override void Detach(Mailbox mailbox)
    {
        ArgumentNullException.ThrowIfNull(mailbox);
        ((Worker)mailbox.DispatcherState!).EndAfterThisRun();
    }

    /// <summary>A mailbox is scheduled at most once at a time, so one flag is queue enough.</summary>
    private sealed class Worker(Mailbox mailbox, int throughput)
    {
        private readonly SemaphoreSlim _scheduled = new(0);
        private volatile bool _ends;

        public void Start() =>
            new Thread(Loop) { IsBackground = true, Name = mailbox.Path.ToStringWithoutAddress() }.UnsafeStart();

        public void Wake() => _scheduled.Release();

        public void EndAfterThisRun() => _ends = true;

        private void Loop()
        {
            while (!_ends)
            {
                _scheduled.Wait();
                mailbox.Run(throughput);
            }

            _scheduled.Dispose();
        }
    }
}
