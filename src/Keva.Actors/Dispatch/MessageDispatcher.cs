namespace Keva.Actors.Dispatch;

/// <summary>The port that decides when and on which thread a mailbox runs.</summary>
public abstract class MessageDispatcher
{
    /// <summary>Messages an actor may handle before others get their turn.</summary>
    public virtual int Throughput => 64;

    /// <summary>
    /// True when every actor of the system runs here whatever dispatcher its props name, as in a simulation, where a
    /// thread of its own would break the order.
    /// </summary>
    public virtual bool OverridesNamed => false;

    /// <summary>Calls <see cref="Mailbox.Run"/> soon, and once for each call of this. Must not run it in this call.</summary>
    protected internal abstract void Schedule(Mailbox mailbox);

    /// <summary>An actor begins.</summary>
    protected internal virtual void Attach(Mailbox mailbox)
    {
    }

    /// <summary>An actor has ended; called from its last run. Its mailbox is not scheduled any more.</summary>
    protected internal virtual void Detach(Mailbox mailbox)
    {
    }
}
