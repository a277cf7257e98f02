using System.Buffers.Binary;
using System.Globalization;
using Keva.Node.State;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Store;
using Keva.Store.Checkpoints;
using Keva.Store.Commands;
using Keva.Store.Snapshots;
using Keva.Tests.Fuzzing.Engine;
using Keva.Tests.Store;
using TransportSamples = Keva.Tests.Transport.Samples;

namespace Keva.Tests.Fuzzing.Targets;

/// <summary>Commands in the log, and snapshots on their way to a follower.</summary>
internal static class StoreTargets
{
    private const int ChunkBytes = 200;

    private static readonly StateMachine Sample = FilledState();
    private static readonly byte[] SampleHeader = SnapshotChunkCodec.EncodeHeader(Sample.Describe());
    private static readonly List<byte[]> SampleChunks = ChunksOf(Sample);

    public static IEnumerable<FuzzTarget> All() =>
    [
        new FuzzTarget("store command", ReadCommand, CommandCorpus)
        {
            Covers = ["CommandCodec.TryReadEnvelope", "CommandCodec.TryReadSet", "CommandCodec.TryReadDelete", "CommandCodec.IsWellFormed"],
            Tries = 20_000,
        },
        new FuzzTarget("snapshot header", ReadHeader, () => [SampleHeader, SnapshotChunkCodec.EncodeHeader(default)])
        {
            Covers = ["SnapshotChunkCodec.TryReadHeader"],
            Tries = 20_000,
        },
        new FuzzTarget("snapshot records", ReadRecords, () => SampleChunks)
        {
            Covers = ["SnapshotChunkCodec.TryReadRecords", "SnapshotChunkCodec.TryReadRecord"],
            Tries = 20_000,
        },
        new FuzzTarget("snapshot", ReadSnapshot, SnapshotCorpus)
        {
            Covers = ["IncomingSnapshot.Take"],
            Repair = RepairHash,
        },
    ];

    private static StateMachine FilledState()
    {
        var replica = new StoreReplica();
        var random = new Random(3700);
        for (var i = 0; i < 60; i++)
        {
            replica.ApplyRandom(random, "mixed");
        }

        return replica.Machine;
    }

    private static List<byte[]> ChunksOf(StateMachine state)
    {
        var chunks = new List<byte[]>();
        var writer = new SnapshotChunkWriter(ChunkBytes);
        foreach (var record in state.From(default))
        {
            if (!writer.TryAdd(record.View))
            {
                chunks.Add(writer.Take().ToArray());
                writer.TryAdd(record.View);
            }
        }

        chunks.Add(writer.Take().ToArray());
        return chunks;
    }

    private static IEnumerable<byte[]> CommandCorpus() =>
    [
        CommandCodec.Encode(new ProposalOrigin(5, 1), new SetCommand("key"u8.ToArray(), "value"u8.ToArray())),
        CommandCodec.Encode(new ProposalOrigin(5, 2), new SetCommand("k"u8.ToArray(), default)),
        CommandCodec.Encode(new ProposalOrigin(ulong.MaxValue, ulong.MaxValue), new DeleteCommand("key"u8.ToArray())),
    ];

    private static FuzzOutcome ReadCommand(byte[] input, FuzzMeter meter)
    {
        bool isWellFormed;
        CommandEnvelope envelope;
        using (meter.Measure())
        {
            isWellFormed = CommandCodec.IsWellFormed(input);
            CommandCodec.TryReadEnvelope(input, out envelope);
        }

        if (!isWellFormed)
        {
            return FuzzOutcome.Refused(envelope.Kind.ToString());
        }

        byte[] again;
        if (envelope.Kind == CommandKind.Set)
        {
            FuzzCheck.That(CommandCodec.TryReadSet(envelope.Body, out var set), "what is well-formed can be read");
            again = CommandCodec.Encode(envelope.Origin, set);
        }
        else
        {
            FuzzCheck.That(CommandCodec.TryReadDelete(envelope.Body, out var delete), "what is well-formed can be read");
            again = CommandCodec.Encode(envelope.Origin, delete);
        }

        FuzzCheck.Same(input, again, "a command has one form");
        var state = new StateMachine();
        state.Apply(1, 1, input);
        state.CheckInvariants();
        return FuzzOutcome.AcceptedAs(envelope.Kind.ToString());
    }

    private static FuzzOutcome ReadHeader(byte[] input, FuzzMeter meter)
    {
        bool isHeader;
        CheckpointMetadata metadata;
        using (meter.Measure())
        {
            isHeader = SnapshotChunkCodec.TryReadHeader(input, out metadata);
        }

        if (!isHeader)
        {
            return FuzzOutcome.Refused("");
        }

        FuzzCheck.Same(input, SnapshotChunkCodec.EncodeHeader(metadata), "a header has one form");
        return FuzzOutcome.Accepted;
    }

    private static FuzzOutcome ReadRecords(byte[] input, FuzzMeter meter)
    {
        bool isChunk;
        SnapshotChunk chunk;
        using (meter.Measure())
        {
            isChunk = SnapshotChunkCodec.TryReadRecords(input, out chunk);
        }

        if (!isChunk)
        {
            return FuzzOutcome.Refused("");
        }

        var writer = new SnapshotChunkWriter(int.MaxValue);
        foreach (var record in chunk)
        {
            FuzzCheck.That(writer.TryAdd(record), "a chunk without a limit takes every record");
        }

        FuzzCheck.That(writer.Count == chunk.Count, "a chunk has as many records as it says");
        FuzzCheck.Same(input, writer.Take().Span, "a chunk has one form");
        return FuzzOutcome.Accepted;
    }

    private static IEnumerable<byte[]> SnapshotCorpus() =>
        [Join([SampleHeader, .. SampleChunks]), Join([SampleHeader]), Join([SnapshotChunkCodec.EncodeHeader(default)])];

    private static FuzzOutcome ReadSnapshot(byte[] input, FuzzMeter meter)
    {
        var pieces = Split(input);
        var description = DescriptionFor(pieces);
        StateMachine? state;
        using (meter.Measure())
        {
            var snapshot = new IncomingSnapshot(description);
            for (var number = 0; number < pieces.Count; number++)
            {
                if (snapshot.Take(number, pieces[number]) is null)
                {
                    return FuzzOutcome.Refused(number == 0 ? "header" : "records");
                }
            }

            state = snapshot.Complete();
        }

        if (state is null)
        {
            return FuzzOutcome.Refused("whole");
        }

        state.CheckInvariants();
        FuzzCheck.That(state.AppliedIndex == description.LastEntry.Index.Value, "a snapshot is of the entry that it was announced for");
        return FuzzOutcome.AcceptedAs(state.Count == 0 ? "empty" : "");
    }

    /// <summary>What the leader would have announced, so that only the pieces themselves can be wrong.</summary>
    private static SnapshotDescription DescriptionFor(List<byte[]> pieces)
    {
        var isHeader = SnapshotChunkCodec.TryReadHeader(pieces.Count > 0 ? pieces[0] : [], out var header);
        var last = isHeader ? TransportSamples.Id(header.AppliedIndex, header.AppliedTerm) : EntryId.Zero;
        return new SnapshotDescription(last, TransportSamples.Configuration);
    }

    /// <summary>Pieces, each behind its length; a length that is too large takes what is there.</summary>
    private static List<byte[]> Split(byte[] input)
    {
        var pieces = new List<byte[]>();
        for (var rest = input.AsMemory(); rest.Length >= 4;)
        {
            var length = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(rest.Span), rest.Length - 4);
            pieces.Add(rest.Slice(4, length).ToArray());
            rest = rest[(4 + length)..];
        }

        return pieces;
    }

    private static byte[] Join(IEnumerable<byte[]> pieces) =>
        [.. pieces.SelectMany(piece => BitConverter.GetBytes((uint)piece.Length).Concat(piece))];

    /// <summary>Gives the header the number of the records and their hash, which the loader names when it misses it.</summary>
    private static void RepairHash(byte[] input)
    {
        var pieces = Split(input);
        if (pieces.Count == 0 || !SnapshotChunkCodec.TryReadHeader(pieces[0], out var metadata))
        {
            return;
        }

        var records = new List<SnapshotChunk>();
        foreach (var piece in pieces.Skip(1))
        {
            if (SnapshotChunkCodec.TryReadRecords(piece, out var chunk))
            {
                records.Add(chunk);
            }
        }

        metadata = metadata with { RecordCount = records.Sum(chunk => chunk.Count) };
        var loader = new StateMachineLoader(metadata);
        foreach (var chunk in records)
        {
            foreach (var record in chunk)
            {
                loader.Add(record);
            }
        }

        const string BeforeHash = "has the hash ";
        var result = loader.Complete();
        var at = result.Detail.IndexOf(BeforeHash, StringComparison.Ordinal) + BeforeHash.Length;
        if (result.Problem == LoadProblem.HashMismatch)
        {
            var hash = UInt128.Parse(result.Detail.AsSpan(at, 32), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            SnapshotChunkCodec.EncodeHeader(metadata with { StateHash = hash }).CopyTo(input, 4);
        }
    }
}
