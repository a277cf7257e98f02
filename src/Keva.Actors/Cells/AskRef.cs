using Keva.Actors.Scheduling;

namespace Keva.Actors.Cells;

/// <summary>
/// Stands for the one who asks. It is the ref, the time-out's place in the scheduler and the owner of the task in one
/// object; it is in no table, so that an answered question leaves nothing behind.
/// </summary>
internal sealed class AskRef<T>(ActorSystem system, TimeSpan timeout, ICanTell receiver, object question) : ScheduledEntry, IInternalActorRef
{
    private readonly TaskCompletionSource<T> _completion = new(system.CompletionOptions);
    private CancellationTokenRegistration _registration;
    private ActorPath? _path;
    private int _isOver;

    public Task<T> Task => _completion.Task;

    public ActorPath Path
    {
        get
        {
            if (_path is null)
            {
                Interlocked.CompareExchange(ref _path, system.NewTemporaryPath(), comparand: null);
            }

            return _path;
        }
    }

    public ActorSystem System => system;

    public bool IsTerminated => Volatile.Read(ref _isOver) != 0;

    public void Start(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _registration = cancellationToken.UnsafeRegister(static (self, token) => ((AskRef<T>)self!).Cancel(token), this);
        }

        system.Scheduler.ScheduleAt(this, system.Scheduler.Now + timeout);
    }

    public void Tell(object message, IActorRef? sender)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!TryEnd())
        {
            system.PublishDeadLetter(message, sender, this);
            return;
        }

        switch (message)
        {
            case T answer:
                system.Complete((_completion, answer), static end => end._completion.TrySetResult(end.answer));
                break;
            case Status.Failure failure:
                Complete(failure.Cause);
                break;
            default:
                Complete(new ArgumentException($"The answer to {question.GetType()} is a {message.GetType()}, not a {typeof(T)}"));
                break;
        }
    }

    public void SendSystemMessage(SystemMessage message)
    {
        if (message is Terminate)
        {
            Fail("was stopped before an answer came");
        }
        else
        {
            this.AnswerForTheDead(message);
        }
    }

    public override void Fire() => Fail($"was not answered within {timeout.TotalMilliseconds} ms");

    public override void Abandon() => Fail("was not answered before the system stopped");

    // Not the identity of the object, which differs from run to run.
    public override int GetHashCode() => Path.Uid.GetHashCode();

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override string ToString() => Path.ToString();

    private void Fail(string what)
    {
        if (TryEnd())
        {
            Complete(new AskTimeoutException($"{question.GetType()} to {receiver} {what}"));
        }
    }

    private void Cancel(CancellationToken token)
    {
        if (TryEnd())
        {
            system.Complete((_completion, token), static end => end._completion.TrySetCanceled(end.token));
        }
    }

    private void Complete(Exception failure) =>
        system.Complete((_completion, failure), static end => end._completion.TrySetException(end.failure));

    /// <summary>Answer, time-out and cancellation may come at the same time; the first one counts.</summary>
    private bool TryEnd()
    {
        if (Interlocked.Exchange(ref _isOver, 1) != 0)
        {
            return false;
        }

        system.Scheduler.Cancel(this);
        _registration.Unregister();
        return true;
    }
}
