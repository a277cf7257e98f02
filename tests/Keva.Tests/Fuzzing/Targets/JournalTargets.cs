using Keva.Journal;
using Keva.Journal.Rows;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Log;
using Keva.Tests.Fuzzing.Engine;
using Keva.Tests.Fuzzing.Grammars;
using Keva.Tests.Journal.Support;

namespace Keva.Tests.Fuzzing.Targets;

/// <summary>What the rows of the journal say, wherever they lie: payloads, and histories of rows.</summary>
internal static class JournalTargets
{
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
        new FuzzTarget("journal rows lost", ReadRowsWithLosses, () => [new byte[8]])
        {
            Generate = random => random.Bytes(8),
            Tries = 3_000,
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

        FuzzCheck.Same(input, start.Encode().Span, "a log start has one form");
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

    /// <summary>Rows of a whole history, some of them lost, doubled or swapped: nobody else's log comes of it.</summary>
    private static FuzzOutcome ReadRowsWithLosses(byte[] input, FuzzMeter meter)
    {
        var seed = new byte[8];
        input.AsSpan(0, Math.Min(8, input.Length)).CopyTo(seed);
        var random = new FuzzRandom(BitConverter.ToUInt64(seed));
        var rows = JournalRowGrammar.History(random, random.Between(2, 25));
        var acknowledged = rows.GroupBy(row => row.Group).ToDictionary(group => group.Key, group => group.Max(row => row.Sequence));
        var whole = Describe(rows, acknowledged) ?? throw new FuzzCheckException("a journal that lost nothing is refused");
        for (var losses = random.Few(3); losses > 0 && rows.Count > 0; losses--)
        {
            var at = random.Below(rows.Count);
            switch (random.Below(4))
            {
                case 0:
                    rows.RemoveAt(at);
                    break;
                case 1:
                    rows.RemoveRange(0, at);
                    break;
                case 2:
                    rows.RemoveRange(at, rows.Count - at);
                    break;
                default:
                    rows.Insert(random.Below(rows.Count + 1), rows[at]);
                    break;
            }
        }

        string? found;
        using (meter.Measure())
        {
            found = Describe(rows, acknowledged);
        }

        if (found is null)
        {
            return FuzzOutcome.Refused("");
        }

        FuzzCheck.Same(whole, found, "what is recovered is what was written");
        return FuzzOutcome.Accepted;
    }

    private static string? Describe(List<JournalRow> rows, Dictionary<GroupId, long> acknowledged)
    {
        try
        {
            var ledger = new JournalLedger("journal");
            foreach (var row in rows)
            {
                ledger.Replay(row, row.Checksum());
            }

            ledger.FinishReplay(acknowledged);
            return Samples.Describe(ledger.TakeRecovered(Samples.Group)) + " | " + Samples.Describe(ledger.TakeRecovered(Samples.OtherGroup));
        }
        catch (JournalCorruptException)
        {
            return null;
        }
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
}
