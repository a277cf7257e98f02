using System.Buffers.Binary;
using System.Text;
using Keva.Raft;
using Microsoft.Win32.SafeHandles;

namespace Keva.Journal.Storage;

/// <summary>
/// Remembers, beside the journal, up to which row each group was acknowledged. SQLite takes a write-ahead log that was
/// cut off, damaged in the middle or deleted for one whose last transactions never happened; comparing with this file
/// tells the difference.
/// <para>
/// It is written after each commit and never synchronised, so it costs a memory copy. It never says more than is
/// durable. It survives the death of the process; after a power failure it may be some seconds old, and then it proves
/// less. Since it can only add suspicion, a slot that does not check out is as good as none, and a failure to write it
/// is no failure of the journal.
/// </para>
/// Layout, little endian: 16 bytes of header, then for each group
/// <code>group : uint32 | CRC-32C of group and sequence : uint32 | sequence : int64</code>
/// </summary>
internal sealed class TailWitness : IDisposable
{
    private const int SlotSize = 16;

    // Room for the first groups is made at once, so that writing them later needs no space on a full disk.
    private const int InitialSize = 4096;
    private static readonly byte[] Header = Encoding.ASCII.GetBytes("Keva tail  1\r\n\0\0");
    private readonly SafeFileHandle file;
    private readonly Dictionary<GroupId, long> slots = [];
    private readonly SortedDictionary<GroupId, long> acknowledged = [];
    private long nextSlot = Header.Length;

    private TailWitness(SafeFileHandle file) => this.file = file;

    /// <summary>For each group the last row of it that was ever acknowledged, as far as is known.</summary>
    public IReadOnlyDictionary<GroupId, long> Acknowledged => acknowledged;

    /// <summary>Opens the file, making it durably if it is not there.</summary>
    public static TailWitness Open(string path)
    {
        var handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        var witness = new TailWitness(handle);
        try
        {
            witness.Read();
            return witness;
        }
        catch
        {
            witness.Dispose();
            throw;
        }
    }

    public void Acknowledge(GroupId group, long sequence)
    {
        if (!slots.TryGetValue(group, out var offset))
        {
            offset = nextSlot;
            nextSlot += SlotSize;
            slots.Add(group, offset);
        }

        acknowledged[group] = sequence;
        Span<byte> slot = stackalloc byte[SlotSize];
        BinaryPrimitives.WriteUInt32LittleEndian(slot, group.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(slot[4..], Checksum(group, sequence));
        BinaryPrimitives.WriteInt64LittleEndian(slot[8..], sequence);
        try
        {
            RandomAccess.Write(file, slot, offset);
        }
        catch (IOException)
        {
            // What it says stays true, it only grows old.
        }
    }

    public void Dispose() => file.Dispose();

    private void Read()
    {
        var bytes = new byte[Math.Max(InitialSize, RandomAccess.GetLength(file))];
        var length = RandomAccess.Read(file, bytes, 0);
        if (!bytes.AsSpan(0, Math.Min(length, Header.Length)).SequenceEqual(Header))
        {
            bytes.AsSpan().Clear();
            Header.CopyTo(bytes, 0);
            RandomAccess.Write(file, bytes, 0);
            RandomAccess.FlushToDisk(file);
            return;
        }

        for (var offset = Header.Length; offset + SlotSize <= length; offset += SlotSize)
        {
            var slot = bytes.AsSpan(offset, SlotSize);
            var group = new GroupId(BinaryPrimitives.ReadUInt32LittleEndian(slot));
            var sequence = BinaryPrimitives.ReadInt64LittleEndian(slot[8..]);
            if (sequence > 0 && BinaryPrimitives.ReadUInt32LittleEndian(slot[4..]) == Checksum(group, sequence) && slots.TryAdd(group, offset))
            {
                acknowledged[group] = sequence;

                // A slot before it that does not check out is given up: new groups come behind all that are good.
                nextSlot = offset + SlotSize;
            }
        }
    }

    private static uint Checksum(GroupId group, long sequence)
    {
        var crc = new Crc32C();
        crc.Add(group.Value);
        crc.Add(sequence);
        return crc.Value;
    }
}
