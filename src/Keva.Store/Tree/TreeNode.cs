using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Keva.Store.Tree;

/// <summary>
/// What leaves and branches of the tree share: up to <see cref="Capacity"/> keys in ascending order of their bytes.
/// </summary>
/// <remarks>
/// Every comparison with a key costs a cache miss, because the key lies in its record and not here. So a node keeps,
/// in one line beside each other, the eight bytes of each key that follow what all its keys have in common, as
/// numbers. Neighbours like <c>users/0042317</c> and <c>users/0042318</c> share a long beginning, and the eight bytes
/// behind it nearly always tell them apart: a search touches the line and one or two keys.
/// </remarks>
internal abstract class TreeNode
{
    public const int Capacity = 64;

    /// <summary>A node with fewer keys than this, the root and the right edge apart, is merged or refilled.</summary>
    public const int MinCount = Capacity / 4;

    // The first commonLength bytes are the same in all keys here; not necessarily as many as could be.
    private int commonLength;
    private HeadLine heads;
    private RecordLine records;

    public int Count { get; private set; }

    public bool IsFull => Count == Capacity;

    public bool IsUnderfull => Count < MinCount;

    public KeyValueRecord this[int position] => records[position];

    /// <summary>The position of the key, or else the position at which it would have to be inserted.</summary>
    public int Find(ReadOnlySpan<byte> key, out bool found)
    {
        found = false;
        if (key.Length >= commonLength)
        {
            // As if the key began like the others. If it does not, it is not here, and only its place is still open:
            // so a key that is here is found without touching any record but its own.
            var position = FindByHead(key, out found);
            if (found || commonLength == 0)
            {
                return position;
            }

            var beginning = key[..commonLength].SequenceCompareTo(records[0].KeySpan[..commonLength]);
            return beginning == 0 ? position : beginning < 0 ? 0 : Count;
        }

        return key.SequenceCompareTo(records[0].KeySpan[..commonLength]) < 0 ? 0 : Count;
    }

    /// <summary>Puts another record with the same key into the position.</summary>
    public void Replace(int position, KeyValueRecord record) => records[position] = record;

    /// <summary>Throws <see cref="StoreInvariantException"/> unless the keys are in order and the heads are theirs.</summary>
    public void CheckOrder()
    {
        for (var i = 0; i < Count; i++)
        {
            var key = records[i].KeySpan;
            StoreInvariant.Check(i == 0 || records[i - 1].KeySpan.SequenceCompareTo(key) < 0, "keys in a node ascend");
            StoreInvariant.Check(key.StartsWith(records[0].KeySpan[..commonLength]), "keys in a node have their beginning in common");
            StoreInvariant.Check(heads[i] == HeadOf(key, commonLength), "a head follows the common beginning");
        }

        for (var i = Count; i < Capacity; i++)
        {
            StoreInvariant.Check(records[i].IsNone, "a free place keeps no record alive");
        }
    }

    /// <summary>Takes in a key that is not here, at the position that <see cref="Find"/> gave.</summary>
    protected void InsertKey(int position, KeyValueRecord record)
    {
        StoreInvariant.Check(!IsFull, "a full node is split before it takes another key");
        Span<KeyValueRecord> recordSpan = records;
        Span<ulong> headSpan = heads;
        recordSpan[position..Count].CopyTo(recordSpan[(position + 1)..]);
        headSpan[position..Count].CopyTo(headSpan[(position + 1)..]);
        recordSpan[position] = record;
        Count++;

        var key = record.KeySpan;
        if (Count == 1)
        {
            commonLength = key.Length;
        }
        else
        {
            var neighbour = recordSpan[position == 0 ? 1 : 0].KeySpan;
            var shared = neighbour[..commonLength].CommonPrefixLength(key);
            if (shared < commonLength)
            {
                commonLength = shared;
                FillHeads();
                return;
            }
        }

        headSpan[position] = HeadOf(key, commonLength);
    }

    protected void RemoveKeys(int from, int count)
    {
        Span<KeyValueRecord> recordSpan = records;
        Span<ulong> headSpan = heads;
        recordSpan[(from + count)..Count].CopyTo(recordSpan[from..]);
        headSpan[(from + count)..Count].CopyTo(headSpan[from..]);
        recordSpan[(Count - count)..Count].Clear();
        Count -= count;
        if (Count == 0)
        {
            commonLength = 0;
        }
    }

    /// <summary>Moves keys to a neighbour, where they keep the whole in order.</summary>
    protected void MoveKeys(int from, int count, TreeNode target, int at)
    {
        Span<KeyValueRecord> source = records;
        Span<KeyValueRecord> destination = target.records;
        destination[at..target.Count].CopyTo(destination[(at + count)..]);
        source.Slice(from, count).CopyTo(destination[at..]);
        target.Count += count;
        RemoveKeys(from, count);
        FindCommonLength();
        target.FindCommonLength();
    }

    private int FindByHead(ReadOnlySpan<byte> key, out bool found)
    {
        ReadOnlySpan<ulong> line = heads;
        var head = HeadOf(key, commonLength);
        CountHeads(line[..Count], head, out var below, out var equal);

        // Nearly always no head is equal, or one.
        var low = below;
        var high = below + equal;
        while (low < high)
        {
            var middle = (int)((uint)(low + high) >> 1);
            var comparison = records[middle].KeySpan.SequenceCompareTo(key);
            if (comparison == 0)
            {
                found = true;
                return middle;
            }

            if (comparison < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        found = false;
        return low;
    }

    /// <summary>
    /// Looks at all heads instead of halving: a few dozen numbers side by side are read at once, while each step of a
    /// binary search waits for memory anew.
    /// </summary>
    private static void CountHeads(ReadOnlySpan<ulong> line, ulong head, out int below, out int equal)
    {
        var wanted = Vector256.Create(head);
        var belowCounts = Vector256<ulong>.Zero;
        var equalCounts = Vector256<ulong>.Zero;
        while (line.Length >= Vector256<ulong>.Count)
        {
            // A lane that holds is all ones, which is minus one.
            var lane = Vector256.Create(line);
            belowCounts -= Vector256.LessThan(lane, wanted);
            equalCounts -= Vector256.Equals(lane, wanted);
            line = line[Vector256<ulong>.Count..];
        }

        below = (int)Vector256.Sum(belowCounts);
        equal = (int)Vector256.Sum(equalCounts);
        foreach (var other in line)
        {
            below += other < head ? 1 : 0;
            equal += other == head ? 1 : 0;
        }
    }

    private void FindCommonLength()
    {
        // Keys are in order, so that what the first and the last have in common, all have.
        commonLength = Count == 0 ? 0 : records[0].KeySpan.CommonPrefixLength(records[Count - 1].KeySpan);
        FillHeads();
    }

    private void FillHeads()
    {
        for (var i = 0; i < Count; i++)
        {
            heads[i] = HeadOf(records[i].KeySpan, commonLength);
        }
    }

    /// <summary>
    /// Eight bytes as a number that orders as they do. A key that ends earlier is filled up with zeros, so that equal
    /// heads do not mean equal keys: <c>a</c> and <c>a\0</c>.
    /// </summary>
    private static ulong HeadOf(ReadOnlySpan<byte> key, int offset)
    {
        var rest = key[offset..];
        if (rest.Length >= sizeof(ulong))
        {
            return BinaryPrimitives.ReadUInt64BigEndian(rest);
        }

        Span<byte> padded = stackalloc byte[sizeof(ulong)];
        padded.Clear();
        rest.CopyTo(padded);
        return BinaryPrimitives.ReadUInt64BigEndian(padded);
    }

    [InlineArray(Capacity)]
    private struct HeadLine
    {
        private ulong first;
    }

    [InlineArray(Capacity)]
    private struct RecordLine
    {
        private KeyValueRecord first;
    }
}
