using Keva.Raft;
using Keva.Raft.Log;

namespace Keva.Simulator.Rules;

/// <summary>What was last seen of one server's log, so that only what is new need be checked.</summary>
internal sealed class LogMirror
{
    private readonly List<EntryId> ids = [];
    private EntryId start = EntryId.Zero;

    public EntryId this[LogIndex index] => ids[(int)(index - start.Index) - 1];

    public EntryId Last => ids.Count == 0 ? start : ids[^1];

    public EntryId Start => start;

    public void DropTo(EntryId newStart)
    {
        if (newStart == start)
        {
            return;
        }

        var count = newStart.Index - start.Index;
        if (count > 0 && count <= ids.Count && ids[(int)count - 1] == newStart)
        {
            ids.RemoveRange(0, (int)count);
        }
        else
        {
            ids.Clear();
        }

        start = newStart;
    }

    /// <summary>Up to where the log is still as it was.</summary>
    public LogIndex CommonWith(RaftLog log)
    {
        var index = LogIndex.Min(start.Index + ids.Count, log.LastIndex);
        while (index > start.Index && log.TermAt(index) != this[index].Term)
        {
            index = index.Previous();
        }

        return index;
    }

    /// <returns>How many entries were removed.</returns>
    public int RemoveAfter(LogIndex index)
    {
        var kept = (int)(index - start.Index);
        var removed = ids.Count - kept;
        ids.RemoveRange(kept, removed);
        return removed;
    }

    public void Add(EntryId id) => ids.Add(id);
}
