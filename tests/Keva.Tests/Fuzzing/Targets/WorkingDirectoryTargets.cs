using System.Text;
using System.Text.Json;
using Keva.Journal.Directories;
using Keva.Journal.Storage;
using Keva.Raft;
using Keva.Raft.Membership;
using Keva.Tests.Fuzzing.Engine;
using Keva.Tests.Journal.Support;

namespace Keva.Tests.Fuzzing.Targets;

/// <summary>The small files of a working directory: whose it is, and up to where the journal was acknowledged.</summary>
internal static class WorkingDirectoryTargets
{
    private static readonly string[] IdentityTokens =
    [
        "\"format\"", "\"node\"", "\"cluster\"", "\"crc\"", "null", "2", "1", "1e0", "{", "}", "[", "\"", ":", ",", "\\ud83d", "\\u0000", "=",
    ];

    private static readonly byte[] Configuration = ClusterConfigurationCodec.Encode(Samples.ConfigurationOf(3)).ToArray();

    public static IEnumerable<FuzzTarget> All() =>
    [
        new FuzzTarget("node identity", ReadIdentity, IdentityCorpus)
        {
            Covers = ["NodeIdentityFile.Decode"],
            Tokens = [.. IdentityTokens.Select(Encoding.UTF8.GetBytes)],
            Repair = RepairIdentity,
        },
        new FuzzTarget("journal tail witness", ReadWitness, WitnessCorpus)
        {
            Covers = ["TailWitness.Open"],
            Tries = 1_500,
        },
    ];

    private static IEnumerable<byte[]> IdentityCorpus() => new[]
    {
        new NodeIdentity(new NodeId(1), "host1", 0, default), new NodeIdentity(new NodeId(ulong.MaxValue), "host1", 0xc1, Configuration),
        new NodeIdentity(new NodeId(7), "ключ🗝\"\\", ulong.MaxValue, Configuration), new NodeIdentity(new NodeId(7), "", 1, default, IsAdmitted: true),
    }.Select(identity => NodeIdentityFile.Encode(identity).ToArray());

    private static FuzzOutcome ReadIdentity(byte[] input, FuzzMeter meter)
    {
        NodeIdentity identity;
        try
        {
            using var measured = meter.Measure();
            identity = NodeIdentityFile.Decode(input, "node.json");
        }
        catch (WorkingDirectoryException refusal)
        {
            return FuzzOutcome.Refused(refusal.Message);
        }

        FuzzCheck.That(identity == NodeIdentityFile.Decode(NodeIdentityFile.Encode(identity), "copy"), "an identity reads back as it was written");
        FuzzCheck.That(!identity.Node.IsNone, "a node has an id");
        return FuzzOutcome.AcceptedAs(identity.IsFormed ? "formed" : "");
    }

    /// <summary>Where the checksum is in its usual place, puts the one there that the other fields ask for.</summary>
    private static void RepairIdentity(byte[] input)
    {
        var at = input.AsSpan().LastIndexOf("\"crc\": \""u8) + "\"crc\": \"".Length;
        if (at < "\"crc\": \"".Length || at + 8 > input.Length || JsonIdentity(input) is not { } identity)
        {
            return;
        }

        var right = NodeIdentityFile.Encode(identity).Span;
        right.Slice(right.LastIndexOf("\"crc\": \""u8) + "\"crc\": \"".Length, 8).CopyTo(input.AsSpan(at));
    }

    private static NodeIdentity? JsonIdentity(byte[] input)
    {
        try
        {
            using var document = JsonDocument.Parse(input);
            var json = document.RootElement;
            return new NodeIdentity(
                new NodeId(Convert.ToUInt64(json.GetProperty("node").GetString(), 16)),
                json.GetProperty("name").GetString()!,
                Convert.ToUInt64(json.GetProperty("cluster").GetString(), 16),
                json.GetProperty("first_configuration").GetBytesFromBase64(),
                json.GetProperty("admitted").GetBoolean());
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException
            or FormatException or OverflowException or ArgumentException)
        {
            return null;
        }
    }

    private static IEnumerable<byte[]> WitnessCorpus()
    {
        yield return WitnessOf([]);
        yield return WitnessOf([(0, 5)]);
        yield return WitnessOf([(0, 5), (7, 1), (uint.MaxValue, long.MaxValue)]);
        yield return [];
    }

    private static byte[] WitnessOf((uint Group, long Sequence)[] acknowledged)
    {
        using var directory = new TemporaryDirectory();
        using (var witness = TailWitness.Open(directory.File("tail")))
        {
            foreach (var (group, sequence) in acknowledged)
            {
                witness.Acknowledge(new GroupId(group), sequence);
            }
        }

        // The room for more groups is all zeros, and damage there is rarely of interest.
        var bytes = File.ReadAllBytes(directory.File("tail"));
        return bytes.Length > 128 ? bytes[..128] : bytes;
    }

    private static FuzzOutcome ReadWitness(byte[] input, FuzzMeter meter)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory.File("tail"), input);
        var expected = new SortedDictionary<GroupId, long>();
        using (var witness = Open(directory, meter))
        {
            foreach (var (group, sequence) in witness.Acknowledged.ToArray())
            {
                FuzzCheck.That(sequence > 0, "a row was acknowledged");
                expected.Add(group, sequence);
            }

            var known = expected.Count;
            expected[new GroupId(1)] = 10;
            expected[new GroupId(2)] = 20;
            witness.Acknowledge(new GroupId(1), 10);
            witness.Acknowledge(new GroupId(2), 20);
            if (known == 0)
            {
                return FuzzOutcome.Refused("");
            }
        }

        using var again = Open(directory, meter);
        FuzzCheck.Same(Text(expected), Text(again.Acknowledged), "what was acknowledged is remembered");
        return FuzzOutcome.Accepted;
    }

    private static TailWitness Open(TemporaryDirectory directory, FuzzMeter meter)
    {
        using var measured = meter.Measure();
        return TailWitness.Open(directory.File("tail"));
    }

    private static string Text(IEnumerable<KeyValuePair<GroupId, long>> acknowledged) =>
        string.Join(", ", acknowledged.Select(pair => $"{pair.Key}: {pair.Value}"));
}
