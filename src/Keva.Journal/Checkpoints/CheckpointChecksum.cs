using System.Buffers.Binary;
using Keva.Journal.Storage;
using Keva.Raft.Membership;

namespace Keva.Journal.Checkpoints;

/// <summary>
/// How many records a checkpoint holds and the sum of their checksums. A checksum of its own finds a record that was
/// changed; this finds one that is missing, doubled, or from another time. Kept up to date record by record.
/// </summary>
internal record struct CheckpointTotals(long Count, long ChecksumSum)
{
    public void Add(uint checksum)
    {
        Count++;
        ChecksumSum = unchecked(ChecksumSum + checksum);
    }

    public void Remove(uint checksum)
    {
        Count--;
        ChecksumSum = unchecked(ChecksumSum - checksum);
    }
}

/// <summary>The checksums of what a checkpoint is made of, each over all fields.</summary>
internal static class CheckpointChecksum
{
    public const int StateHashSize = 16;

    public static uint Of(in CheckpointRecord record) =>
        Of(record.Key.Span, record.Value.Span, record.CreateRevision, record.ModRevision, record.Version);

    public static uint Of(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long createRevision, long modRevision, long version)
    {
        var crc = new Crc32C();
        crc.Add(key);
        crc.Add(value);
        crc.Add(createRevision);
        crc.Add(modRevision);
        crc.Add(version);
        return crc.Value;
    }

    public static uint Of(CheckpointMetadata metadata, CheckpointTotals totals)
    {
        Span<byte> stateHash = stackalloc byte[StateHashSize];
        BinaryPrimitives.WriteUInt128LittleEndian(stateHash, metadata.StateHash);
        var crc = new Crc32C();
        crc.Add(metadata.Applied.Index.Value);
        crc.Add(metadata.Applied.Term.Value);
        crc.Add(metadata.Revision);
        crc.Add(stateHash);
        crc.Add(ClusterConfigurationCodec.Encode(metadata.Configuration).Span);
        crc.Add(totals.Count);
        crc.Add(totals.ChecksumSum);
        return crc.Value;
    }
}
