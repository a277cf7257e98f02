namespace Keva.Raft.Progress;

/// <summary>How a leader sends to a follower.</summary>
public enum ReplicationState
{
    /// <summary>Where the follower's log matches is not known: one message at a time.</summary>
    Probe,

    /// <summary>The logs match: entries are sent ahead of the answers.</summary>
    Replicate,

    /// <summary>The follower needs entries that were trimmed: it gets a snapshot and nothing else.</summary>
    Snapshot,
}

/// <summary>
/// What a leader knows of one follower (nextIndex and matchIndex of figure 3.1).
/// <para>Invariant: MatchIndex &lt; NextIndex.</para>
/// </summary>
internal sealed class PeerProgress(LogIndex nextIndex, RaftOptions options)
{
    private bool probeUnderWay;

    public ReplicationState State { get; private set; } = ReplicationState.Probe;

    /// <summary>The highest index up to which the follower's log is known to equal the leader's.</summary>
    public LogIndex MatchIndex { get; private set; } = LogIndex.Zero;

    /// <summary>The next entry to send.</summary>
    public LogIndex NextIndex { get; private set; } = nextIndex;

    /// <summary>The highest commit index that the follower was sent.</summary>
    public LogIndex CommitSent { get; set; } = LogIndex.Zero;

    /// <summary>Whether the follower was heard from since the last check of the quorum (§6.2).</summary>
    public bool IsActive { get; set; } = true;

    /// <summary>What the follower said of its disk.</summary>
    public bool CanPersist { get; set; } = true;

    /// <summary>What the follower said it applied.</summary>
    public LogIndex AppliedIndex { get; set; } = LogIndex.Zero;

    public Messages.StateHashMark StateHash { get; set; } = Messages.StateHashMark.None;

    public InflightWindow Inflight { get; } = new(options.MaxInflightAppends, options.MaxInflightBytes);

    public bool IsPaused => State switch
    {
        ReplicationState.Probe => probeUnderWay,
        ReplicationState.Replicate => Inflight.IsFull,
        _ => true,
    };

    /// <summary>A message with the entries up to <paramref name="last"/> was sent.</summary>
    public void OnSent(LogIndex last, long bytes)
    {
        if (State == ReplicationState.Replicate)
        {
            NextIndex = last.Next();
            Inflight.Add(last, bytes);
        }
        else
        {
            probeUnderWay = true;
        }
    }

    /// <summary>True if the follower's match index grew.</summary>
    public bool OnAccepted(LogIndex match)
    {
        var grew = match > MatchIndex;
        MatchIndex = LogIndex.Max(MatchIndex, match);
        NextIndex = LogIndex.Max(NextIndex, MatchIndex.Next());
        Inflight.Free(match);
        probeUnderWay = false;
        if (State == ReplicationState.Probe)
        {
            BecomeReplicate();
        }

        return grew;
    }

    /// <summary>
    /// The follower refused. False for an answer to a message that is no longer of interest.
    /// </summary>
    /// <param name="next">Where to try next; at or below <paramref name="rejectedPrevious"/>.</param>
    public bool OnRejected(LogIndex rejectedPrevious, LogIndex next)
    {
        if (State == ReplicationState.Replicate)
        {
            // What a follower once matched it keeps; an older refusal has been overtaken.
            if (rejectedPrevious <= MatchIndex)
            {
                return false;
            }

            BecomeProbe();
            return true;
        }

        if (State == ReplicationState.Snapshot || NextIndex.Previous() != rejectedPrevious)
        {
            return false;
        }

        NextIndex = LogIndex.Max(MatchIndex.Next(), LogIndex.Min(rejectedPrevious, next));
        probeUnderWay = false;
        return true;
    }

    /// <summary>The follower lives: a probe that may have been lost may be sent again.</summary>
    public void OnHeartbeatAnswered() => probeUnderWay = false;

    public void BecomeProbe()
    {
        State = ReplicationState.Probe;
        NextIndex = MatchIndex.Next();
        probeUnderWay = false;
        Inflight.Clear();
    }

    public void BecomeSnapshot()
    {
        State = ReplicationState.Snapshot;
        Inflight.Clear();
    }

    /// <summary>The follower has installed a snapshot that ends at <paramref name="index"/>.</summary>
    public void OnSnapshotInstalled(LogIndex index)
    {
        MatchIndex = LogIndex.Max(MatchIndex, index);
        BecomeProbe();
    }

    private void BecomeReplicate()
    {
        State = ReplicationState.Replicate;
        NextIndex = MatchIndex.Next();
        Inflight.Clear();
    }
}
