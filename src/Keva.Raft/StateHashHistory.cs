using Keva.Raft.Messages;

namespace Keva.Raft;

/// <summary>
/// The state machine's latest hash marks. Two servers that applied the same log have equal hashes at equal indexes
/// (State Machine Safety, §3.6.3); if not, one of them computes wrongly or its memory or disk lied.
/// </summary>
internal sealed class StateHashHistory
{
    private const int Kept = 32;
    private readonly Queue<StateHashMark> marks = new();

    public StateHashMark Latest { get; private set; } = StateHashMark.None;

    public void Add(StateHashMark mark)
    {
        if (mark.Index <= Latest.Index)
        {
            return;
        }

        if (marks.Count == Kept)
        {
            marks.Dequeue();
        }

        marks.Enqueue(mark);
        Latest = mark;
    }

    /// <summary>False if this server took a mark at the same index and its hash was another.</summary>
    public bool AgreesWith(StateHashMark other)
    {
        foreach (var mark in marks)
        {
            if (mark.Index == other.Index)
            {
                return mark.Hash == other.Hash;
            }
        }

        return true;
    }
}
