using System.Buffers.Binary;
using System.Text;
using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Membership;
using Keva.Tests.Fuzzing.Engine;
using JournalSamples = Keva.Tests.Journal.Support.Samples;
using TransportSamples = Keva.Tests.Transport.Samples;

namespace Keva.Tests.Fuzzing.Targets;

/// <summary>What journal and peers have in common: runs of entries, configurations, ids.</summary>
internal static class RaftTargets
{
    public static IEnumerable<FuzzTarget> All() =>
    [
        new FuzzTarget("entry batch", ReadBatch, BatchCorpus)
        {
            Covers = ["EntryBatchCodec.TryDecode", "EntryBatch.TryDecode"],
            Tries = 20_000,
        },
        new FuzzTarget("cluster configuration", ReadConfiguration, ConfigurationCorpus)
        {
            Covers = ["ClusterConfigurationCodec.TryDecode"],
            Generate = LargeConfiguration,
        },
        new FuzzTarget("node id", ReadNodeId, () => ["00000000000000c1"u8.ToArray(), "ffffffffffffffff"u8.ToArray(), "0x1"u8.ToArray()])
        {
            Covers = ["NodeId.TryParse"],
            Tries = 20_000,
        },
    ];

    private static IEnumerable<byte[]> BatchCorpus() =>
    [
        JournalSamples.Batch(1, 3, 1).Encoded.ToArray(), JournalSamples.Batch(1000, 1, 7).Encoded.ToArray(), EntryBatch.Empty.Encoded.ToArray(),
        JournalSamples.Batch(long.MaxValue - 3, 2, long.MaxValue).Encoded.ToArray(),
        new EntryBatch([.. Enumerable.Range(1, 500).Select(index => TransportSamples.Command(index, 1, default))]).Encoded.ToArray(),
    ];

    private static FuzzOutcome ReadBatch(byte[] input, FuzzMeter meter)
    {
        bool isBatch;
        EntryBatch batch;
        using (meter.Measure())
        {
            isBatch = EntryBatch.TryDecode(input, out batch);
        }

        FuzzCheck.That(isBatch == EntryBatchCodec.TryDecode(input, out var entries), "there is one opinion on a batch");
        if (!isBatch)
        {
            return FuzzOutcome.Refused("");
        }

        FuzzCheck.That(batch.Count == entries.Length, "there is one opinion on a batch");
        FuzzCheck.Same(input, EntryBatchCodec.Encode(entries).Span, "a batch has one form");
        return FuzzOutcome.AcceptedAs(batch.IsEmpty ? "empty" : "");
    }

    private static IEnumerable<byte[]> ConfigurationCorpus()
    {
        var (one, two) = (TransportSamples.Host1, TransportSamples.Host2);
        var learner = new Member(new NodeId(7), "", "ключ:1", "");
        ClusterConfiguration[] configurations =
        [
            ClusterConfiguration.Empty, TransportSamples.Configuration, ClusterConfiguration.OfVoters([one]),
            ClusterConfiguration.Create([one, two, learner], [one.Id], [two.Id, one.Id], [learner.Id]),
        ];
        return configurations.Select(configuration => ClusterConfigurationCodec.Encode(configuration).ToArray());
    }

    /// <summary>As many members as bytes can hold: without names, each with a role or two.</summary>
    private static byte[] LargeConfiguration(FuzzRandom random)
    {
        const int MemberBytes = 15;
        var count = random.OneIn(100) ? (FuzzMutator.LongestInput / MemberBytes) - 1 : random.Below(20);
        var bytes = new byte[3 + count * MemberBytes];
        bytes[0] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(1), (ushort)count);
        for (var i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(3 + i * MemberBytes), i + 1);
            bytes[3 + i * MemberBytes + 8] = (byte)random.Pick([1, 2, 3, 4]);
        }

        return bytes;
    }

    private static FuzzOutcome ReadConfiguration(byte[] input, FuzzMeter meter)
    {
        bool isConfiguration;
        ClusterConfiguration configuration;
        using (meter.Measure())
        {
            isConfiguration = ClusterConfigurationCodec.TryDecode(input, out configuration);
        }

        if (!isConfiguration)
        {
            return FuzzOutcome.Refused("");
        }

        var again = ClusterConfigurationCodec.Encode(configuration);
        FuzzCheck.That(ClusterConfigurationCodec.TryDecode(again.Span, out var same) && same.Equals(configuration), "a configuration reads back as it was written");
        FuzzCheck.That(again.Length == input.Length, "a configuration says nothing that is not kept");
        return FuzzOutcome.AcceptedAs(configuration.IsJoint ? "joint" : configuration.Members.IsEmpty ? "empty" : "");
    }

    private static FuzzOutcome ReadNodeId(byte[] input, FuzzMeter meter)
    {
        var text = Encoding.Latin1.GetString(input);
        bool isId;
        NodeId id;
        using (meter.Measure())
        {
            isId = NodeId.TryParse(text, out id);
        }

        if (!isId)
        {
            return FuzzOutcome.Refused("");
        }

        FuzzCheck.Same(text.ToLowerInvariant(), id.ToString(), "an id has one form, apart from case");
        return FuzzOutcome.Accepted;
    }
}
