using Keva.Serf.Swim;
using Keva.Serf.Wire;

namespace Keva.Serf.Members;

/// <summary>
/// The members and their status. Memberlist says who answers; intents say who means to go. Only the two together tell a
/// member that left from one that failed: gone after an intent to leave is left, gone without is failed.
/// </summary>
internal sealed class MemberTable(SerfContext context)
{
    private readonly SortedDictionary<string, MemberEntry> members = new(StringComparer.Ordinal);
    private readonly RecentIntents intents = new();

    public LamportClock Clock { get; } = new();

    /// <summary>This node is on its way out, so an intent of its own to leave is not refuted.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>Called with the name of a member that is forgotten.</summary>
    public required Action<string> Forgotten { get; init; }

    /// <summary>Grows with every change.</summary>
    public long Revision { get; private set; }

    public int Count => members.Count;

    public IEnumerable<MemberEntry> All => members.Values;

    public int AliveCount => members.Values.Count(member => member.Status == MemberStatus.Alive);

    /// <summary>Whether there is somebody to talk to.</summary>
    public bool HasOthersAlive => members.Values.Any(member => member.Status == MemberStatus.Alive && !IsSelf(member.Name));

    public MemberEntry? Find(string name) => members.GetValueOrDefault(name);

    public bool IsSelf(string name) => string.Equals(name, context.Options.Name, StringComparison.Ordinal);

    public void OnJoined(NodeRecord node)
    {
        if (!members.TryGetValue(node.Name, out var member))
        {
            member = new MemberEntry(node.Name);
            if (intents.Take(node.Name) is { } intent)
            {
                member.StatusTime = intent.LamportTime;
                member.Status = intent.Leaves ? MemberStatus.Leaving : MemberStatus.Alive;
            }

            members.Add(node.Name, member);
        }
        else
        {
            member.Status = MemberStatus.Alive;
        }

        member.Describe(node);
        Report(MemberEventKind.Joined, member);
    }

    public void OnLeft(NodeRecord node)
    {
        var member = Find(node.Name);
        switch (member?.Status)
        {
            case MemberStatus.Leaving:
                member.Status = MemberStatus.Left;
                member.GoneSince = context.Timers.Now;
                Report(MemberEventKind.Left, member);
                break;
            case MemberStatus.Alive:
                member.Status = MemberStatus.Failed;
                member.GoneSince = context.Timers.Now;
                Report(MemberEventKind.Failed, member);
                break;
        }
    }

    public void OnUpdated(NodeRecord node)
    {
        if (Find(node.Name) is { } member)
        {
            member.Describe(node);
            Report(MemberEventKind.Updated, member);
        }
    }

    /// <summary>Whether the intent is news and is to be passed on.</summary>
    public bool OnJoinIntent(JoinIntent intent)
    {
        Clock.Witness(intent.LamportTime);
        if (Find(intent.Node) is not { } member)
        {
            return intents.Add(intent.Node, leaves: false, intent.LamportTime, context.Timers.Now);
        }

        if (intent.LamportTime <= member.StatusTime)
        {
            return false;
        }

        if (IsSelf(intent.Node) && !IsLeaving)
        {
            // This node has not said so. It is what somebody remembers of an intent to leave, of an earlier life: the exchange
            // of states tells the time, but not what it was the time of.
            AnnounceJoin();
            return false;
        }

        Revision++;
        member.StatusTime = intent.LamportTime;
        if (member.Status == MemberStatus.Leaving)
        {
            // The intent to leave was from an earlier life.
            member.Status = MemberStatus.Alive;
        }

        return true;
    }

    /// <summary>Whether the intent is news and is to be passed on.</summary>
    public bool OnLeaveIntent(LeaveIntent intent)
    {
        Clock.Witness(intent.LamportTime);
        if (Find(intent.Node) is not { } member)
        {
            return intents.Add(intent.Node, leaves: true, intent.LamportTime, context.Timers.Now);
        }

        if (intent.LamportTime <= member.StatusTime)
        {
            return false;
        }

        if (IsSelf(intent.Node) && !IsLeaving)
        {
            // Somebody remembers an earlier life of ours, or had us forced out while we were away.
            AnnounceJoin();
            return false;
        }

        Revision++;
        member.StatusTime = intent.LamportTime;
        switch (member.Status)
        {
            case MemberStatus.Alive:
                member.Status = MemberStatus.Leaving;
                break;
            case MemberStatus.Failed:
                member.Status = MemberStatus.Left;
                Report(MemberEventKind.Left, member);
                break;
        }

        if (intent.Prune)
        {
            Prune(member);
        }

        return true;
    }

    /// <summary>Tells everybody that this node means to stay.</summary>
    public void AnnounceJoin()
    {
        // Whoever learned from somebody's state that this node had left counts one more than the intent to leave said. At a
        // tie it would take this node for leaving as long as it lives.
        Clock.Increment();
        var intent = new JoinIntent(Clock.Time, context.Options.Name);
        Clock.Witness(intent.LamportTime);
        members[context.Options.Name].StatusTime = intent.LamportTime;
        context.Broadcasts.Intents.Add(SerfEncoder.Encode(intent));
    }

    /// <summary>Tells everybody that a node goes: this one, or one that an operator gives up.</summary>
    public void AnnounceLeave(string node, bool prune, Action? onSent = null)
    {
        var intent = new LeaveIntent(Clock.Time, node, prune);
        Clock.Increment();
        OnLeaveIntent(intent);
        context.Broadcasts.Intents.Add(SerfEncoder.Encode(intent), onFinished: onSent);
    }

    /// <summary>Takes over the statuses that another node knows.</summary>
    public void Merge(SerfState remote)
    {
        Clock.WitnessClock(remote.LamportTime);
        var left = new HashSet<string>(remote.LeftMembers ?? [], StringComparer.Ordinal);
        foreach (var (name, time) in remote.StatusLamportTimes.Where(status => status.Value < LamportClock.Last))
        {
            if (left.Contains(name))
            {
                // One more, so that it counts where only the join of that time is known; but not where the leave is: two
                // members would count each other up for ever.
                var isKnown = Find(name) is { Status: MemberStatus.Leaving or MemberStatus.Left };
                OnLeaveIntent(new LeaveIntent(isKnown ? time : time + 1, name, Prune: false));
            }
            else
            {
                OnJoinIntent(new JoinIntent(time, name));
            }
        }
    }

    /// <summary>Forgets those that have been gone for long enough.</summary>
    public void Reap()
    {
        var now = context.Timers.Now;
        var options = context.Options;
        foreach (var member in members.Values.Where(IsOver).ToList())
        {
            Forget(member);
        }

        intents.Forget(now - options.RecentIntentTimeout);

        bool IsOver(MemberEntry member) => member.Status switch
        {
            MemberStatus.Failed => now - member.GoneSince > options.ReconnectTimeout,
            MemberStatus.Left => now - member.GoneSince > options.TombstoneTimeout && !IsSelf(member.Name),
            _ => false,
        };
    }

    /// <summary>What is known of the others is forgotten; this node itself never is.</summary>
    public void ForgetAllBut(Predicate<MemberEntry> stays)
    {
        foreach (var member in members.Values.Where(member => !IsSelf(member.Name) && !stays(member)).ToList())
        {
            Forget(member);
        }
    }

    /// <summary>A failed member that may be back; the more have failed, the likelier there is one.</summary>
    public MemberEntry? PickToReconnect()
    {
        var failed = members.Values.Where(member => member.Status == MemberStatus.Failed).ToList();
        var left = members.Values.Count(member => member.Status == MemberStatus.Left);
        var alive = Math.Max(1, Count - failed.Count - left);
        return failed.Count > 0 && context.Random.NextDouble() <= (double)failed.Count / alive
            ? failed[context.Random.Next(failed.Count)]
            : null;
    }

    private void Prune(MemberEntry member)
    {
        if (member.Status != MemberStatus.Leaving)
        {
            Forget(member);
            return;
        }

        // It may still be there; it gets the time that a farewell takes.
        context.Timers.Schedule(
            context.Options.BroadcastTimeout + context.Options.LeavePropagateDelay,
            () =>
            {
                if (Find(member.Name) == member && member.Status is MemberStatus.Leaving or MemberStatus.Left)
                {
                    Forget(member);
                }
            });
    }

    private void Forget(MemberEntry member)
    {
        members.Remove(member.Name);
        Forgotten(member.Name);
        Report(MemberEventKind.Reaped, member);
    }

    private void Report(MemberEventKind kind, MemberEntry member)
    {
        Revision++;
        context.Outbox.Add(new MemberChanged(kind, member.ToMember()));
    }
}
