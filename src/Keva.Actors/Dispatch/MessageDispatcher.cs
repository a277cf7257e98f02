namespace Keva.Actors.Dispatch;

/// <summary>The port that decides when and on which thread a mailbox runs.</summary>
public abstract class MessageDispatcher
{
    /// <summary>Messages an actor may handle before others get their turn.</summary>
    public virtual int Throughput => 64;

    /// <summary>
    /// True when everything must happen here, in an order that can be repeated: every actor of the system runs here
    /// whatever dispatcher its props name, and its tasks are completed through <see cref="Post"/>.
    /// </summary>
    public virtual bool IsDeterministic => false;

    /// <summary>Calls <see cref="Mailbox.Run"/> soon, and once for each call of this. Must not run it in this call.</summary>
    protected internal abstract void Schedule(Mailbox mailbox);

    /// <summary>Runs a mailbox that the thread pool has come to.</summary>
    protected internal virtual void Execute(Mailbox mailbox) => mailbox.Run(Throughput);

    /// <summary>The turn that goes on here may take a while: what was scheduled from it must not wait for its end.</summary>
    protected internal virtual void ReleaseNext()
    {
    }

    /// <summary>Calls <paramref name="action"/> soon, in a turn of its own. Asked for only if <see cref="IsDeterministic"/>.</summary>
    protected internal virtual void Post(Action action) => throw new NotSupportedException($"{GetType()} takes no actions");

    /// <summary>An actor begins.</summary>
    protected internal virtual void Attach(Mailbox mailbox)
    {
    }

    /// <summary>An actor has ended; called from its last run. Its mailbox is not scheduled any more.</summary>
    protected internal virtual void Detach(Mailbox mailbox)
    {
    }
}
