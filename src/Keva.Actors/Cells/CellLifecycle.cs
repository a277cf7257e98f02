namespace Keva.Actors.Cells;

/// <summary>
/// Birth, failure, restart and end of one actor. A failed actor is suspended together with its children until its parent
/// has judged; each suspension is ended by exactly one resumption or restart.
/// </summary>
internal sealed class CellLifecycle(ActorCell cell, IInternalActorRef parent, DeathWatch deathWatch)
{
    private Phase _phase;

    // True from a failure until the parent's verdict; a second failure meanwhile is not reported again.
    private bool _isFailed;
    private object? _failedMessage;

    // The cause of the restart that waits for the children to end; none when there was no incarnation to restart.
    private Exception? _recreationCause;

    // The children whose failure was escalated: the verdict on this actor is the verdict on their failure, too.
    private readonly List<IInternalActorRef> _perpetrators = [];

    private enum Phase
    {
        Running,

        /// <summary>A restart waits until the children that were stopped have ended.</summary>
        Recreating,
        Terminating,
        Terminated,
    }

    public void Handle(SystemMessage message)
    {
        switch (message)
        {
            case Cells.Create:
                Create();
                break;
            case Cells.Suspend:
                cell.Mailbox.Suspend();
                SuspendChildren(except: null);
                break;
            case Resume resume:
                Resume(resume.CausedByFailure);
                break;
            case Recreate recreate:
                Recreate(recreate.Cause);
                break;
            case Cells.Terminate:
                Terminate();
                break;
            case Failed failed:
                JudgeChild(failed);
                break;
            default:
                throw new InvalidOperationException($"No handler for {message.GetType()}");
        }
    }

    /// <summary>Stops the children, and the actor itself when they have ended.</summary>
    public void Terminate()
    {
        if (_phase >= Phase.Terminating)
        {
            return;
        }

        _phase = Phase.Terminating;
        cell.Children.Close();
        var children = cell.Children.ToArray();
        if (children.Length == 0)
        {
            FinishTermination();
            return;
        }

        cell.Mailbox.Suspend();
        StopChildren(children);
    }

    /// <param name="cause">What was thrown.</param>
    /// <param name="perpetrator">The child whose failure it was first, if it was escalated.</param>
    public void Fail(Exception cause, IInternalActorRef? perpetrator)
    {
        if (_phase >= Phase.Terminating)
        {
            cell.PublishError(cause, "failed while it was stopping");
            return;
        }

        if (perpetrator is not null)
        {
            _perpetrators.Add(perpetrator);
        }

        if (_isFailed)
        {
            return;
        }

        _isFailed = true;
        _failedMessage = cell.CurrentMessage;
        cell.Mailbox.Suspend();
        SuspendChildren(perpetrator);
        parent.SendSystemMessage(new Failed(cell.Self, cause));
    }

    public void ChildEnded(IInternalActorRef actor)
    {
        if (cell.Children.Find(actor) is not { } child)
        {
            return;
        }

        cell.Children.Remove(child);
        if (_phase == Phase.Recreating && cell.Children.StoppingCount == 0)
        {
            FinishRecreation();
        }
        else if (_phase == Phase.Terminating && cell.Children.Count == 0)
        {
            FinishTermination();
        }
    }

    private void Create()
    {
        try
        {
            cell.NewIncarnation().AroundPreStart();
        }
        catch (Exception exception)
        {
            // Supervision is what becomes of whatever an actor throws.
            cell.ForgetIncarnation();
            Fail(
                exception as ActorInitializationException
                    ?? new ActorInitializationException(cell.Self, $"{cell.Self.Path} could not start: {exception.Message}", exception),
                perpetrator: null);
        }
    }

    private void Resume(Exception? causedByFailure)
    {
        if (_phase >= Phase.Terminating)
        {
            return;
        }

        if (cell.Actor is null && _phase == Phase.Running && causedByFailure is not null)
        {
            // What never was cannot be resumed: it is tried again.
            RecreateFromNothing();
            return;
        }

        cell.Mailbox.Resume();
        var perpetrators = causedByFailure is null ? [] : _perpetrators.ToArray();
        if (causedByFailure is not null)
        {
            ForgetFailure();
        }

        foreach (var child in cell.Children.ToArray())
        {
            ResumeChild(child.Ref, causedByFailure, perpetrators);
        }
    }

    /// <summary>The first perpetrator suspended only itself; later ones were suspended with all the children as well.</summary>
    private static void ResumeChild(IInternalActorRef child, Exception? cause, IInternalActorRef[] perpetrators)
    {
        var rank = Array.IndexOf(perpetrators, child);
        if (rank != 0)
        {
            child.SendSystemMessage(new Resume(causedByFailure: null));
        }

        if (rank >= 0)
        {
            child.SendSystemMessage(new Resume(cause));
        }
    }

    private void Recreate(Exception cause)
    {
        switch (_phase)
        {
            case Phase.Recreating:
                // Two suspensions, one restart: the other one ends here.
                cell.Mailbox.Resume();
                return;
            case Phase.Terminating or Phase.Terminated:
                return;
        }

        cell.Mailbox.SuspendOnce();
        if (cell.Actor is not { } failed)
        {
            RecreateFromNothing();
            return;
        }

        try
        {
            failed.AroundPreRestart(cause, _failedMessage);
        }
        catch (Exception exception)
        {
            // The incarnation is given up anyway; the restart goes on without its help.
            cell.PublishError(exception, "failed in PreRestart");
        }

        cell.ForgetIncarnation();
        BeginRecreation(cause);
    }

    /// <summary>There is no incarnation that could look after the children, so they end with it.</summary>
    private void RecreateFromNothing()
    {
        StopChildren(cell.Children.ToArray());
        BeginRecreation(cause: null);
    }

    private void BeginRecreation(Exception? cause)
    {
        _recreationCause = cause;
        _phase = Phase.Recreating;
        if (cell.Children.StoppingCount == 0)
        {
            FinishRecreation();
        }
    }

    private void FinishRecreation()
    {
        _phase = Phase.Running;
        cell.Mailbox.Resume();
        ForgetFailure();
        if (_recreationCause is not { } cause)
        {
            Create();
            return;
        }

        try
        {
            var survivors = cell.Children.ToArray();
            cell.NewIncarnation().AroundPostRestart(cause);
            foreach (var survivor in survivors)
            {
                survivor.Ref.SendSystemMessage(new Recreate(cause));
            }
        }
        catch (Exception exception)
        {
            // Supervision is what becomes of whatever an actor throws.
            cell.ForgetIncarnation();
            Fail(new PostRestartException(cell.Self, exception, cause), perpetrator: null);
        }
    }

    private void FinishTermination()
    {
        _phase = Phase.Terminated;
        try
        {
            cell.Actor?.AroundPostStop();
        }
        catch (Exception exception)
        {
            // The actor ends anyway; that its clean-up failed is reported.
            cell.PublishError(exception, "failed in PostStop");
        }

        cell.ForgetIncarnation();
        cell.Mailbox.Close();
        parent.SendSystemMessage(new DeathWatchNotification(cell.Self));
        deathWatch.NotifyWatchersAndForget(parent);
        cell.Mailbox.Dispatcher.Detach(cell.Mailbox);
    }

    private void JudgeChild(Failed failed)
    {
        if (cell.Children.Find(failed.Child) is not { } child)
        {
            // It has ended meanwhile, and its name may be another's by now.
            return;
        }

        var directive = Directive.Escalate;
        var cause = failed.Cause;
        try
        {
            var strategy = cell.Props.SupervisorStrategy ?? cell.Actor?.AskSupervisorStrategy() ?? SupervisorStrategy.DefaultStrategy;
            directive = strategy.Decide(cause, child.History, cell.System.Scheduler.Now);
        }
        catch (Exception exception)
        {
            // A supervisor that cannot judge has failed itself.
            cause = exception;
        }

        child.Ref.Cell.PublishError(failed.Cause, $"failed; its supervisor says {directive}");
        switch (directive)
        {
            case Directive.Resume:
                child.Ref.SendSystemMessage(new Resume(cause));
                break;
            case Directive.Restart:
                child.Ref.SendSystemMessage(new Recreate(cause));
                break;
            case Directive.Stop:
                cell.Stop(child.Ref);
                break;
            default:
                Fail(cause, child.Ref);
                break;
        }
    }

    private void SuspendChildren(IInternalActorRef? except)
    {
        foreach (var child in cell.Children.ToArray())
        {
            if (!ReferenceEquals(child.Ref, except))
            {
                child.Ref.SendSystemMessage(new Suspend());
            }
        }
    }

    private void StopChildren(Child[] children)
    {
        foreach (var child in children)
        {
            cell.Stop(child.Ref);
        }
    }

    private void ForgetFailure()
    {
        _isFailed = false;
        _failedMessage = null;
        _perpetrators.Clear();
    }
}
