namespace Keva.Actors.Scheduling;

/// <summary>
/// A binary heap by due time, then by order of insertion. Each entry knows its place: one that is cancelled, as nearly
/// every time-out is, leaves at once instead of filling the heap until it is due. Not thread-safe.
/// </summary>
internal sealed class TimerQueue
{
    private ScheduledEntry[] _heap = new ScheduledEntry[16];
    private long _sequence;

    public int Count { get; private set; }

    /// <summary>When the earliest is due, in ticks; the greatest number when there is none.</summary>
    public long NextDueTicks => Count == 0 ? long.MaxValue : _heap[0].DueTicks;

    public void Add(ScheduledEntry entry, long dueTicks)
    {
        if (entry.Position >= 0)
        {
            throw new InvalidOperationException("The entry is waiting already.");
        }

        entry.DueTicks = dueTicks;
        entry.Sequence = _sequence++;
        if (Count == _heap.Length)
        {
            Array.Resize(ref _heap, Count * 2);
        }

        SiftUp(entry, Count++);
    }

    /// <summary>The earliest, if it is due by <paramref name="nowTicks"/>.</summary>
    public ScheduledEntry? TakeDue(long nowTicks)
    {
        if (NextDueTicks > nowTicks || Count == 0)
        {
            return null;
        }

        var first = _heap[0];
        Remove(first);
        return first;
    }

    /// <summary>Does nothing when the entry is not waiting.</summary>
    public void Remove(ScheduledEntry entry)
    {
        var position = entry.Position;
        if (position < 0)
        {
            return;
        }

        entry.Position = -1;
        var last = _heap[--Count];
        _heap[Count] = null!;
        if (position == Count)
        {
            return;
        }

        if (position > 0 && IsBefore(last, _heap[(position - 1) / 2]))
        {
            SiftUp(last, position);
        }
        else
        {
            SiftDown(last, position);
        }
    }

    private static bool IsBefore(ScheduledEntry one, ScheduledEntry other) =>
        one.DueTicks != other.DueTicks ? one.DueTicks < other.DueTicks : one.Sequence < other.Sequence;

    private void SiftUp(ScheduledEntry entry, int position)
    {
        while (position > 0)
        {
            var parent = (position - 1) / 2;
            if (!IsBefore(entry, _heap[parent]))
            {
                break;
            }

            Place(_heap[parent], position);
            position = parent;
        }

        Place(entry, position);
    }

    private void SiftDown(ScheduledEntry entry, int position)
    {
        while (true)
        {
            var child = (2 * position) + 1;
            if (child >= Count)
            {
                break;
            }

            if (child + 1 < Count && IsBefore(_heap[child + 1], _heap[child]))
            {
                child++;
            }

            if (!IsBefore(_heap[child], entry))
            {
                break;
            }

            Place(_heap[child], position);
            position = child;
        }

        Place(entry, position);
    }

    private void Place(ScheduledEntry entry, int position)
    {
        _heap[position] = entry;
        entry.Position = position;
    }
}
