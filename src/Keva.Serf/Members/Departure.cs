namespace Keva.Serf.Members;

/// <summary>
/// Leaving, in the order that makes others see a member that left: the intent to leave first; when that is out, the farewell
/// of memberlist; then a while in which the node still answers, so that the farewell is not overtaken by suspicion.
/// </summary>
internal sealed class Departure(SerfContext context, MemberTable members)
{
    private Stage stage = Stage.Staying;

    /// <summary>Called at the end, when nobody has to be answered any more.</summary>
    public required Action Finished { get; init; }

    private enum Stage
    {
        Staying,
        Announcing,
        Parting,
        Lingering,
    }

    public void Begin()
    {
        if (stage != Stage.Staying)
        {
            return;
        }

        stage = Stage.Announcing;
        members.IsLeaving = true;
        var hasListeners = members.HasOthersAlive;
        members.AnnounceLeave(context.Options.Name, prune: false, Part);
        if (hasListeners)
        {
            context.Timers.Schedule(context.Options.BroadcastTimeout, Part);
        }
        else
        {
            Part();
        }
    }

    private void Part()
    {
        if (stage == Stage.Announcing)
        {
            stage = Stage.Parting;
            context.Timers.Schedule(context.Options.BroadcastTimeout, Linger);
            context.Memberlist.Leave(Linger);
        }
    }

    private void Linger()
    {
        if (stage == Stage.Parting)
        {
            stage = Stage.Lingering;
            context.Timers.Schedule(context.Options.LeavePropagateDelay, Finish);
        }
    }

    private void Finish()
    {
        context.Outbox.Add(new LeaveFinished());
        Finished();
    }
}
