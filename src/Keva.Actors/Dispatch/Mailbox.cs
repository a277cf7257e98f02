using System.Collections.Concurrent;
using Keva.Actors.Cells;

namespace Keva.Actors.Dispatch;

/// <summary>
/// The messages of one actor, and the right to run it: whoever turns <c>_scheduled</c> from 0 to 1 hands the mailbox to
/// the dispatcher, and until the run gives it back nobody else can. Any thread may post.
/// </summary>
public sealed class Mailbox : IThreadPoolWorkItem
{
    private readonly ActorCell _cell;
    private readonly ConcurrentQueue<Envelope> _messages = new();

    // Posted and not yet looked at, the newest first.
    private SystemMessage? _systemInbox;

    // Taken out of the inbox, the oldest first. The run's own.
    private SystemMessage? _systemReady;
    private int _scheduled;
    private volatile int _suspensions;
    private volatile bool _isClosed;

    internal Mailbox(ActorCell cell, MessageDispatcher dispatcher)
    {
        _cell = cell;
        Dispatcher = dispatcher;
    }

    /// <summary>The actor's path.</summary>
    public ActorPath Path => _cell.Self.Path;

    /// <summary>Messages that wait. May be read from any thread.</summary>
    public int Depth => _messages.Count;

    internal MessageDispatcher Dispatcher { get; }

    /// <summary>What the dispatcher keeps with this mailbox.</summary>
    internal object? DispatcherState { get; set; }

    internal bool IsClosed => _isClosed;

    void IThreadPoolWorkItem.Execute() => Dispatcher.Execute(this);

    /// <summary>Handles up to <paramref name="limit"/> messages, and has itself scheduled again if some are left.</summary>
    public void Run(int limit)
    {
        var outer = ActorCell.Current;
        ActorCell.Current = _cell;
        try
        {
            for (var handled = 0; handled < limit && HandleNext() is not null; handled++)
            {
                // One more message is mostly what an actor tells itself to end its turn with, and soon done.
                if (handled > 0 && !_messages.IsEmpty)
                {
                    Dispatcher.ReleaseNext();
                }
            }
        }
        finally
        {
            ActorCell.Current = outer;
        }

        GiveBack();
    }

    /// <summary>Handles one message.</summary>
    /// <returns>The message, or none when there was nothing that could be handled.</returns>
    internal object? RunOne()
    {
        var outer = ActorCell.Current;
        ActorCell.Current = _cell;
        object? handled;
        try
        {
            handled = HandleNext();
        }
        finally
        {
            ActorCell.Current = outer;
        }

        GiveBack();
        return handled;
    }

    internal void Post(object message, IActorRef? sender)
    {
        if (!_isClosed)
        {
            _messages.Enqueue(new Envelope(message, sender));
            ScheduleIfIdle();
        }
        else
        {
            Undeliverable(message, sender);
        }
    }

    internal void PostSystem(SystemMessage message)
    {
        var head = Volatile.Read(ref _systemInbox);
        while (true)
        {
            message.Next = head;
            var seen = Interlocked.CompareExchange(ref _systemInbox, message, head);
            if (ReferenceEquals(seen, head))
            {
                break;
            }

            head = seen;
        }

        ScheduleIfIdle();
    }

    internal void Suspend() => _suspensions++;

    /// <summary>Makes sure that it is suspended: there will be no incarnation for a while.</summary>
    internal void SuspendOnce() => _suspensions = Math.Max(1, _suspensions);

    internal void Resume() => _suspensions = Math.Max(0, _suspensions - 1);

    /// <summary>The actor has ended: what waits, and what comes, goes to the dead letters.</summary>
    internal void Close()
    {
        _isClosed = true;
        Interlocked.MemoryBarrier();
        DrainClosed();
    }

    private object? HandleNext()
    {
        if (_isClosed)
        {
            return null;
        }

        if (_systemReady is null && Volatile.Read(ref _systemInbox) is not null)
        {
            _systemReady = TakeInbox();
        }

        if (_systemReady is { } system)
        {
            _systemReady = system.Next;
            system.Next = null;
            _cell.InvokeSystem(system);
            return system;
        }

        if (_suspensions == 0 && _messages.TryDequeue(out var envelope))
        {
            _cell.Invoke(envelope.Message, envelope.Sender);
            return envelope.Message;
        }

        return null;
    }

    private bool HasWork => Volatile.Read(ref _systemInbox) is not null || (_suspensions == 0 && !_messages.IsEmpty);

    private void GiveBack()
    {
        if (_isClosed)
        {
            // The mailbox stays marked as scheduled for ever, so that it never runs again.
            return;
        }

        if (_systemReady is not null || HasWork)
        {
            Dispatcher.Schedule(this);
            return;
        }

        Volatile.Write(ref _scheduled, 0);
        ScheduleIfIdle();
    }

    /// <summary>
    /// The fence orders the enqueuing before the look at the flag, and the giving back before the look at the queue:
    /// without it both sides could miss each other, and the message would lie there.
    /// </summary>
    private void ScheduleIfIdle()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _scheduled) == 0)
        {
            if (HasWork && Interlocked.CompareExchange(ref _scheduled, 1, 0) == 0)
            {
                Dispatcher.Schedule(this);
            }
        }
        else if (_isClosed)
        {
            DrainClosed();
        }
    }

    private SystemMessage? TakeInbox()
    {
        var newest = Interlocked.Exchange(ref _systemInbox, null);
        SystemMessage? oldest = null;
        while (newest is not null)
        {
            var next = newest.Next;
            newest.Next = oldest;
            oldest = newest;
            newest = next;
        }

        return oldest;
    }

    /// <summary>Also called by those who posted while the mailbox was closing; the queues allow several at once.</summary>
    private void DrainClosed()
    {
        DrainSystem(Interlocked.Exchange(ref _systemReady, null));
        DrainSystem(TakeInbox());
        while (_messages.TryDequeue(out var envelope))
        {
            Undeliverable(envelope.Message, envelope.Sender);
        }
    }

    private void DrainSystem(SystemMessage? message)
    {
        while (message is not null)
        {
            var next = message.Next;
            _cell.Self.AnswerForTheDead(message);
            message = next;
        }
    }

    /// <summary>What the runtime itself put there for the actor is of no interest to anybody else.</summary>
    private void Undeliverable(object message, IActorRef? sender)
    {
        if (message is not (Timers.ActorTimer or Terminated))
        {
            _cell.System.PublishDeadLetter(message, sender, _cell.Self);
        }
    }

    private readonly record struct Envelope(object Message, IActorRef? Sender);
}
