using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Keva.Store;

/// <summary>
/// The running hash of the whole state: the sum, modulo 2^128, of the content hashes of all records, and a hash of the
/// revision counter added when it is read. A sum does not care about order, so it follows a change at the cost of the
/// change, and a scan of the same state in any order gives the same number.
/// </summary>
/// <remarks>
/// It finds replicas that drifted apart and checkpoints that were damaged. It is no defence against someone who
/// chooses keys and values to make two states collide: sums of hashes are not made for that.
/// </remarks>
internal struct StateHash
{
    // Sets the hash of the revision apart from that of any record, whose input is longer.
    private static ReadOnlySpan<byte> RevisionDomain => "keva-rev"u8;

    private UInt128 sum;

    public void Add(KeyValueRecord record) => sum = unchecked(sum + record.ContentHash);

    public void Remove(KeyValueRecord record) => sum = unchecked(sum - record.ContentHash);

    public void Add(UInt128 contentHash) => sum = unchecked(sum + contentHash);

    /// <summary>The hash of the state whose revision counter stands at <paramref name="revision"/>.</summary>
    public readonly UInt128 At(long revision)
    {
        Span<byte> input = stackalloc byte[16];
        RevisionDomain.CopyTo(input);
        BinaryPrimitives.WriteInt64LittleEndian(input[8..], revision);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, digest);
        return unchecked(sum + BinaryPrimitives.ReadUInt128LittleEndian(digest));
    }
}
