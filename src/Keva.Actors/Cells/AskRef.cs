using Keva.Actors.Scheduling;

namespace Keva.Actors.Cells;

/// <summary>
/// Stands for the one who asks. It is the ref, the time-out's place in the scheduler and the owner of the task in one
/// object; it is in no table, so that an answered question leaves nothing behind.
/// </summary>
internal sealed class AskRef<T>(ActorSystem system, TimeSpan timeout, ICanTell receiver, object question) : ScheduledEntry, IInternalActorRef
{
    // Whoever awaits goes on in its own time, not in the middle of the handler that answers.
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _registration;
    private ActorPath? _path;

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

    public bool IsTerminated => Task.IsCompleted;

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
        var isFirst = message switch
        {
            T answer => _completion.TrySetResult(answer),
            Status.Failure failure => _completion.TrySetException(failure.Cause),
            _ => _completion.TrySetException(new ArgumentException($"The answer to {question.GetType()} is a {message.GetType()}, not a {typeof(T)}")),
        };
        if (isFirst)
        {
            system.Scheduler.Cancel(this);
            _registration.Unregister();
        }
        else
        {
            system.PublishDeadLetter(message, sender, this);
        }
    }

    public void SendSystemMessage(SystemMessage message)
    {
        switch (message)
        {
            case Terminate:
                Fail("was stopped before an answer came");
                break;
            default:
                this.AnswerForTheDead(message);
                break;
        }
    }

    public override void Fire() => Fail($"was not answered within {timeout.TotalMilliseconds} ms");

    public override void Abandon() => Fail("was not answered before the system stopped");

    public override string ToString() => Path.ToString();

    private void Fail(string what)
    {
        if (_completion.TrySetException(new AskTimeoutException($"{question.GetType()} to {receiver} {what}")))
        {
            system.Scheduler.Cancel(this);
            _registration.Unregister();
        }
    }

    private void Cancel(CancellationToken token)
    {
        if (_completion.TrySetCanceled(token))
        {
            system.Scheduler.Cancel(this);
        }
    }
}
