using System.Buffers.Binary;
using Keva.Journal.Rows;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Log;
using Keva.Tests.Fuzzing.Engine;
using Keva.Tests.Journal.Support;

namespace Keva.Tests.Fuzzing.Grammars;

/// <summary>Rows as a journal writes them, and a byte form for them, so that they can be damaged field by field.</summary>
internal static class JournalRowGrammar
{
    private const int FixedBytes = 8 + 4 + 8 + 1 + 8 + 8 + 8 + 4;

    /// <summary>The rows of a journal of two groups after a random history of writes, overrides, trims and resets.</summary>
    public static List<JournalRow> History(FuzzRandom random, int steps)
    {
        var ledger = new JournalLedger("journal");
        var rows = new List<JournalRow>();
        GroupId[] groups = [Samples.Group, Samples.OtherGroup];
        var logs = groups.ToDictionary(group => group, group => new Log(ledger.TakeRecovered(group).Start));
        for (var step = 0; step < steps; step++)
        {
            var group = random.Pick(groups);
            rows.AddRange(Step(ledger, group, logs[group], random)?.Rows ?? []);
        }

        return rows;
    }

    public static byte[] Write(IEnumerable<JournalRow> rows) => [.. rows.SelectMany(Write)];

    /// <summary>As many rows as there are; a payload that is longer than what is left ends there.</summary>
    public static List<JournalRow> Read(byte[] bytes)
    {
        var rows = new List<JournalRow>();
        for (var rest = bytes.AsMemory(); rest.Length >= FixedBytes;)
        {
            var span = rest.Span;
            var length = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(span[45..]), rest.Length - FixedBytes);
            rows.Add(new JournalRow(
                BinaryPrimitives.ReadInt64LittleEndian(span),
                new GroupId(BinaryPrimitives.ReadUInt32LittleEndian(span[8..])),
                BinaryPrimitives.ReadInt64LittleEndian(span[12..]),
                (JournalRowKind)span[20],
                BinaryPrimitives.ReadInt64LittleEndian(span[21..]),
                BinaryPrimitives.ReadInt64LittleEndian(span[29..]),
                BinaryPrimitives.ReadInt64LittleEndian(span[37..]),
                rest.Slice(FixedBytes, length).ToArray()));
            rest = rest[(FixedBytes + length)..];
        }

        return rows;
    }

    private static byte[] Write(JournalRow row)
    {
        var bytes = new byte[FixedBytes + row.Payload.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, row.Number);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), row.Group.Value);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(12), row.Sequence);
        bytes[20] = (byte)row.Kind;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(21), row.FirstIndex);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(29), row.LastIndex);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(37), row.Term);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(45), (uint)row.Payload.Length);
        row.Payload.Span.CopyTo(bytes.AsSpan(FixedBytes));
        return bytes;
    }

    private static PreparedWrite? Step(JournalLedger ledger, GroupId group, Log log, FuzzRandom random)
    {
        switch (random.Below(8))
        {
            case 0 when log.Terms.Count > 0:
                return ledger.PrepareTrim(group, log.Trim(random.Between(1, log.Terms.Count)), Samples.ConfigurationOf(random.Between(1, 9)));
            case 1 when random.OneIn(2):
                var snapshot = Samples.Id(log.LastIndex + random.Between(1, 10), log.LastTerm + 1);
                log.Reset(snapshot);
                return ledger.Prepare(new JournalWrite(group, 1, HardState: null, new LogReset(snapshot, Samples.ConfigurationOf(2)), Entries: null));
            case 2:
                log.HardStateTerm += random.Below(3);
                return ledger.Prepare(new JournalWrite(group, 1, Samples.Vote(log.HardStateTerm, (ulong)random.Below(4)), Reset: null, Entries: null));
            default:
                return ledger.Prepare(Samples.Append(1, log.Append(random), group));
        }
    }

    /// <summary>The model of a log: where it starts, and the term of each entry behind that.</summary>
    private sealed class Log(EntryId start)
    {
        private EntryId start = start;

        public List<long> Terms { get; } = [];

        public long HardStateTerm { get; set; }

        public long LastIndex => start.Index.Value + Terms.Count;

        public long LastTerm => Terms.Count > 0 ? Terms[^1] : start.Term.Value;

        public EntryBatch Append(FuzzRandom random)
        {
            var overridden = random.OneIn(4) ? random.Below(Terms.Count + 1) : 0;
            var term = Math.Max(1, LastTerm) + (overridden > 0 ? 1 : random.Below(2));
            Terms.RemoveRange(Terms.Count - overridden, overridden);
            var batch = Samples.Batch(LastIndex + 1, random.Between(1, 4), term, overridden > 0 ? "b" : "a");
            Terms.AddRange(Enumerable.Repeat(term, batch.Count));
            return batch;
        }

        public EntryId Trim(int count)
        {
            start = Samples.Id(start.Index.Value + count, Terms[count - 1]);
            Terms.RemoveRange(0, count);
            return start;
        }

        public void Reset(EntryId snapshot)
        {
            start = snapshot;
            Terms.Clear();
        }
    }
}
