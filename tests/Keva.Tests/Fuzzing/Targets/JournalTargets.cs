using System.Text;
using Keva.Journal;
using Keva.Journal.Directories;
using Keva.Journal.Rows;
using Keva.Journal.Storage;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Log;
using Keva.Raft.Membership;
using Keva.Tests.Fuzzing.Engine;
using Keva.Tests.Fuzzing.Grammars;
using Keva.Tests.Journal.Support;

namespace Keva.Tests.Fuzzing.Targets;

/// <summary>What a node finds in its working directory, apart from SQLite: rows, their payloads, the small files.</summary>
internal static class JournalTargets
{
    private static readonly byte[] Configuration = ClusterConfigurationCodec.Encode(Samples.ConfigurationOf(3)).ToArray();

    public static IEnumerable<FuzzTarget> All() =>
    [
        new FuzzTarget("journal vote", ReadVote, () => [VotePayload.Encode(new NodeId(3)).ToArray(), VotePayload.Encode(NodeId.None).ToArray()])
        {
            Covers = ["VotePayload.TryDecode"],
        },
        new FuzzTarget("journal log start", ReadLogStart, LogStartCorpus)
        {
            Covers = ["LogStart.TryDecode"],
        },
        new FuzzTarget("journal rows", ReadRows, () => Enumerable.Range(1, 20).Select(i => RandomRows(new FuzzRandom((ulong)i))))
        {
            Covers = ["GroupReplay.Apply", "GroupTail.Apply", "JournalLedger.Replay", "JournalLedger.FinishReplay", "JournalLedger.TakeRecovered"],
            Generate = RandomRows,
            Tries = 10_000,
        },
        new FuzzTarget("node identity", ReadIdentity, IdentityCorpus)
        {
            Covers = ["NodeIdentityFile.Decode"],
            Tokens = [.. new[] { "\"format\"", "\"node\"", "\"cluster\"", "\"crc\"", "null", "2", "1", "1e0", "{", "}", "[", "\"", ":", ",", "\\ud83d", "\\u0000", "=" }.Select(Encoding.UTF8.GetBytes)],
            Repair = RepairIdentity,
        },
        new FuzzTarget("journal tail witness", ReadWitness, WitnessCorpus)
        {
            Covers = ["TailWitness.Open"],
            Tries = 1_500,
        },
    ];

    private static FuzzOutcome ReadVote(byte[] input, FuzzMeter meter)
    {
        bool isVote;
        NodeId candidate;
        using (meter.Measure())
        {
            isVote = VotePayload.TryDecode(input, out candidate);
        }

        if (isVote)
        {
            FuzzCheck.Same(input, VotePayload.Encode(candidate).Span, "a vote has one form");
        }

        return isVote ? FuzzOutcome.Accepted : FuzzOutcome.Refused("");
    }

    private static IEnumerable<byte[]> LogStartCorpus() =>
    [
        new LogStart(1, HardState.Initial, Samples.ConfigurationOf(1)).Encode().ToArray(),
        new LogStart(long.MaxValue, Samples.Vote(7, 2), Keva.Tests.Transport.Samples.Configuration).Encode().ToArray(),
    ];

    private static FuzzOutcome ReadLogStart(byte[] input, FuzzMeter meter)
    {
        LogStart? start;
        using (meter.Measure())
        {
            start = LogStart.TryDecode(input);
        }

        if (start is null)
        {
            return FuzzOutcome.Refused("");
        }

        FuzzCheck.That(start == LogStart.TryDecode(start.Encode().Span), "a log start reads back as it was written");
        return FuzzOutcome.Accepted;
    }

    private static byte[] RandomRows(FuzzRandom random) => JournalRowGrammar.Write(JournalRowGrammar.History(random, random.Between(1, 12)));

    /// <summary>Rows whose checksums are right and whose content need not be.</summary>
    private static FuzzOutcome ReadRows(byte[] input, FuzzMeter meter)
    {
        var rows = JournalRowGrammar.Read(input);
        var groups = rows.Select(row => row.Group).Distinct().ToArray();
        var logs = new List<RecoveredLog>();
        try
        {
            using (meter.Measure())
            {
                var ledger = new JournalLedger("journal");
                foreach (var row in rows)
                {
                    ledger.Replay(row, row.Checksum());
                }

                ledger.FinishReplay(new Dictionary<GroupId, long>());
                foreach (var group in groups)
                {
                    logs.Add(ledger.TakeRecovered(group));
                }
            }
        }
        catch (JournalCorruptException refusal)
        {
            return FuzzOutcome.Refused(refusal.Message);
        }

        foreach (var log in logs)
        {
            CheckLog(log);
        }

        return FuzzOutcome.AcceptedAs(logs.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static void CheckLog(RecoveredLog log)
    {
        var previous = log.Start;
        FuzzCheck.That(previous.Index.Value >= 0 && previous.Term.Value >= 0, "a log starts behind an entry");
        FuzzCheck.That((previous.Index.Value == 0) == (previous.Term.Value == 0), "only before the log there is no term");
        FuzzCheck.That(previous.Index.Value == 0 || log.StartConfiguration is not null, "a log that does not start at the beginning has a configuration");
        FuzzCheck.That(log.HardState.Term.Value >= 0, "a term is not negative");
        foreach (var entry in log.Entries)
        {
            FuzzCheck.That(entry.Index.Value == previous.Index.Value + 1 && entry.Term >= previous.Term, $"entry {entry.Id} follows {previous}");
            previous = entry.Id;
        }

        var ledger = new JournalLedger("copy");
        ledger.TakeRecovered(Samples.Group);
        var reset = log.Start.Index.Value == 0 ? null : new LogReset(log.Start, log.StartConfiguration!);
        var entries = log.Entries.Count == 0 ? null : new EntryBatch([.. log.Entries]);
        var copy = new JournalLedger("copy");
        foreach (var row in ledger.Prepare(new JournalWrite(Samples.Group, 1, log.HardState, reset, entries)).Rows)
        {
            copy.Replay(row, row.Checksum());
        }

        copy.FinishReplay(new Dictionary<GroupId, long>());
        FuzzCheck.Same(Samples.Describe(log), Samples.Describe(copy.TakeRecovered(Samples.Group)), "a log reads back as it was written");
    }

    private static IEnumerable<byte[]> IdentityCorpus() => new[]
    {
        new NodeIdentity(new NodeId(1), "host1", 0, default), new NodeIdentity(new NodeId(ulong.MaxValue), "host1", 0xc1, Configuration),
        new NodeIdentity(new NodeId(7), "ключ🗝\"\\", ulong.MaxValue, Configuration), new NodeIdentity(new NodeId(7), "", 1, default),
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
            using var document = System.Text.Json.JsonDocument.Parse(input);
            var json = document.RootElement;
            return new NodeIdentity(
                new NodeId(Convert.ToUInt64(json.GetProperty("node").GetString(), 16)),
                json.GetProperty("name").GetString()!,
                Convert.ToUInt64(json.GetProperty("cluster").GetString(), 16),
                json.GetProperty("first_configuration").GetBytesFromBase64());
        }
        catch (Exception exception) when (exception is System.Text.Json.JsonException or InvalidOperationException or KeyNotFoundException
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
