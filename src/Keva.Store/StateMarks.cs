namespace Keva.Store;

/// <summary>
/// The hash at the last few indexes that are multiples of <see cref="Interval"/>. Replicas apply at different paces
/// and cannot compare "now"; these are the places where all of them leave a mark, so that two replicas at most
/// <see cref="Kept"/> intervals apart have one in common.
/// </summary>
internal sealed class StateMarks
{
    /// <summary>Entries between two marks. The same on every node, of every version: it is what makes marks comparable.</summary>
    public const int Interval = 1024;

    public const int Kept = 16;

    private readonly StateMark[] ring = new StateMark[Kept];
    private int count;

    public static bool IsDue(long index) => index % Interval == 0;

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<StateMark> All
    {
        get
        {
            var marks = new StateMark[Math.Min(count, Kept)];
            for (var i = 0; i < marks.Length; i++)
            {
                marks[i] = ring[(count - marks.Length + i) % Kept];
            }

            return marks;
        }
    }

    public StateMark? Latest => count == 0 ? null : ring[(count - 1) % Kept];

    public void Add(StateMark mark)
    {
        ring[count % Kept] = mark;
        // Keeps the position in the ring without ever overflowing.
        count = count + 1 == 2 * Kept ? Kept : count + 1;
    }

    public bool TryGet(long index, out StateMark mark)
    {
        for (var i = 0; i < Math.Min(count, Kept); i++)
        {
            if (ring[i].Index == index)
            {
                mark = ring[i];
                return true;
            }
        }

        mark = default;
        return false;
    }
}
