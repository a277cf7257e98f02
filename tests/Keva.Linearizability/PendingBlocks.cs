namespace Keva.Linearizability;

/// <summary>
/// The required blocks that have no place in the order yet, in two doubly linked lists: by their start and by their end.
/// Taking one out and putting it back costs the same however many there are, if it is put back in the reverse order
/// ("dancing links").
/// </summary>
internal sealed class PendingBlocks
{
    private readonly IReadOnlyList<Block> blocks;
    private readonly LinkedOrder byStart;
    private readonly LinkedOrder byEnd;
    private readonly ulong[] placed;

    /// <param name="blocks">Ordered by their start; a block is named by its place here.</param>
    public PendingBlocks(IReadOnlyList<Block> blocks)
    {
        this.blocks = blocks;
        byStart = new LinkedOrder(Enumerable.Range(0, blocks.Count).ToArray());
        byEnd = new LinkedOrder(Enumerable.Range(0, blocks.Count).OrderBy(number => blocks[number].End).ToArray());
        placed = new ulong[(blocks.Count + 63) / 64];
    }

    public int PlacedCount { get; private set; }

    public bool IsEmpty => PlacedCount == blocks.Count;

    /// <summary>The earliest end: what starts later than this comes after the block that ends there.</summary>
    public long EarliestEnd => blocks[byEnd.First].End;

    public void Take(int number)
    {
        byStart.Remove(number);
        byEnd.Remove(number);
        placed[number / 64] |= 1UL << (number % 64);
        PlacedCount++;
    }

    public void PutBack(int number)
    {
        byStart.Restore(number);
        byEnd.Restore(number);
        placed[number / 64] &= ~(1UL << (number % 64));
        PlacedCount--;
    }

    /// <summary>Those that may come next: no other must come before them. By their start.</summary>
    public void CopyCandidatesTo(List<int> candidates)
    {
        candidates.Clear();
        var earliest = byEnd.First;
        var limit = blocks[earliest].End;
        for (var number = byStart.First; number < blocks.Count && blocks[number].Start <= limit; number = byStart.After(number))
        {
            candidates.Add(number);
        }

        // A block's own end does not stand against its start: the key is known to have held its value from then on.
        if (blocks[earliest].Start > limit)
        {
            var other = byEnd.After(earliest);
            if (other == blocks.Count || blocks[earliest].Start <= blocks[other].End)
            {
                candidates.Add(earliest);
            }
        }
    }

    /// <summary>
    /// Which blocks are placed, in few words: all before the first that is not, and a bit for each from there to the last.
    /// </summary>
    public void AppendPlacedTo(List<ulong> words)
    {
        var first = byStart.First;
        words.Add((ulong)first);
        var beyond = PlacedCount - first;
        var word = first / 64;
        var bits = placed[word] & (ulong.MaxValue << (first % 64));
        while (beyond > 0)
        {
            words.Add(bits);
            beyond -= System.Numerics.BitOperations.PopCount(bits);
            bits = beyond > 0 ? placed[++word] : 0;
        }
    }

    /// <summary>The numbers from 0 in some order, with a sentinel one higher than the last.</summary>
    private sealed class LinkedOrder
    {
        private readonly int[] next;
        private readonly int[] previous;

        public LinkedOrder(int[] order)
        {
            next = new int[order.Length + 1];
            previous = new int[order.Length + 1];
            var last = order.Length;
            foreach (var number in order)
            {
                next[last] = number;
                previous[number] = last;
                last = number;
            }

            next[last] = order.Length;
            previous[order.Length] = last;
        }

        public int First => next[^1];

        public int After(int number) => next[number];

        public void Remove(int number)
        {
            next[previous[number]] = next[number];
            previous[next[number]] = previous[number];
        }

        public void Restore(int number)
        {
            next[previous[number]] = number;
            previous[next[number]] = number;
        }
    }
}
