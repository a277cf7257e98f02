using System.Collections;
using Keva.Store.Tree;

namespace Keva.Store;

/// <summary>
/// Records in the order of their keys, from somewhere to the end; the reader stops where it has enough. A change of
/// the map meanwhile ends the enumeration with an <see cref="InvalidOperationException"/>.
/// </summary>
public readonly struct RecordRange : IEnumerable<KeyValueRecord>
{
    private readonly KeyValueMap map;
    private readonly Leaf leaf;
    private readonly int position;

    internal RecordRange(KeyValueMap map, Leaf leaf, int position)
    {
        this.map = map;
        this.leaf = leaf;
        this.position = position;
    }

    public Enumerator GetEnumerator() => new(map, leaf, position);

    IEnumerator<KeyValueRecord> IEnumerable<KeyValueRecord>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public struct Enumerator : IEnumerator<KeyValueRecord>
    {
        private readonly KeyValueMap map;
        private readonly int changeStamp;
        private Leaf? leaf;
        private int next;

        internal Enumerator(KeyValueMap map, Leaf leaf, int position)
        {
            this.map = map;
            this.leaf = leaf;
            changeStamp = map.ChangeStamp;
            next = position;
        }

        public KeyValueRecord Current { get; private set; }

        readonly object IEnumerator.Current => Current;

        public bool MoveNext()
        {
            if (map.ChangeStamp != changeStamp)
            {
                throw new InvalidOperationException("The map was changed while it was being read.");
            }

            while (leaf is not null)
            {
                if (next < leaf.Count)
                {
                    Current = leaf[next++];
                    return true;
                }

                leaf = leaf.Next;
                next = 0;
            }

            return false;
        }

        public readonly void Reset() => throw new NotSupportedException();

        public readonly void Dispose()
        {
        }
    }
}
