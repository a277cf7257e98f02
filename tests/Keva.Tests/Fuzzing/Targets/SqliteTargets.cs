using System.Globalization;
using Keva.Journal;
using Keva.Journal.Checkpoints;
using Keva.Journal.Sqlite;
using Keva.Node.State;
using Keva.Raft.Membership;
using Keva.Store;
using Keva.Tests.Fuzzing.Engine;
using Keva.Tests.Journal.Support;
using Keva.Tests.Store;

namespace Keva.Tests.Fuzzing.Targets;

/// <summary>
/// The large files of the working directory: their bytes at random, and their columns at random with checksums that fit. What
/// is loaded is what was written, or it is refused.
/// </summary>
internal static class SqliteTargets
{
    private const int OperationBytes = 12;
    private const int RepairFlag = 1;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    /// <summary>SQLite takes its memory for pages, and each try makes, fills and deletes a directory.</summary>
    private static readonly FuzzLimits FileLimits = new() { FixedBytes = 4 << 20, BytesPerByte = 64, FixedTime = TimeSpan.FromSeconds(2) };

    private static readonly Lazy<JournalImage> Image = new(JournalImage.OfSmallJournal);
    private static readonly Lazy<StateMachine> State = new(FilledState);
    private static readonly Lazy<byte[]> Checkpoint = new(() => CheckpointOf(State.Value));

    private static readonly (string Table, string Name)[] Columns =
    [
        ("record", "key"), ("record", "value"), ("record", "create_revision"), ("record", "mod_revision"), ("record", "version"), ("record", "crc"),
        ("checkpoint", "applied_index"), ("checkpoint", "applied_term"), ("checkpoint", "revision"), ("checkpoint", "state_hash"), ("checkpoint", "configuration"),
        ("checkpoint", "record_count"), ("checkpoint", "record_checksum"), ("checkpoint", "crc"),
    ];

    public static IEnumerable<FuzzTarget> All() =>
    [
        .. new[] { JournalImage.Main, JournalImage.WriteAheadLog, JournalImage.Tail }.Select(JournalFileOf),
        new FuzzTarget("checkpoint file", (input, meter) => Load(input, mustBeTheSame: true, meter), () => [Checkpoint.Value])
        {
            Covers = ["SqliteFormat.CreateOrVerify"],
            Limits = FileLimits,
            Tries = 200,
        },
        new FuzzTarget("checkpoint columns", ReadColumns, ColumnCorpus)
        {
            Covers = ["CheckpointFile.ReadMetadata", "CheckpointFile.Read", "CheckpointReader.Record", "CheckpointLoading.Records", "StateMachineLoader.Add"],
            Generate = random => random.Bytes(1 + random.Few(5) * OperationBytes),
            Limits = FileLimits,
            Tries = 200,
        },
    ];

    private static FuzzTarget JournalFileOf(string file) => new($"file {file}", (input, meter) => ReadJournal(file, input, meter), () => [Image.Value[file]])
    {
        Covers = ["JournalFile.Open", "JournalFile.Replay"],
        Limits = FileLimits,

        // The witness can only add suspicion: damage takes some away.
        RefusesNothing = file == JournalImage.Tail,
        Tries = 250,
    };

    private static FuzzOutcome ReadJournal(string file, byte[] input, FuzzMeter meter)
    {
        string? content;
        using (meter.Measure())
        {
            content = Image.Value.With(file, input).Recover();
        }

        if (content is null)
        {
            return FuzzOutcome.Refused("");
        }

        FuzzCheck.Same(Image.Value.Content, content, "what is recovered is what was written");
        return FuzzOutcome.Accepted;
    }

    private static StateMachine FilledState()
    {
        var replica = new StoreReplica();
        var random = new Random(3800);
        for (var i = 0; i < 80; i++)
        {
            replica.ApplyRandom(random, "mixed");
        }

        return replica.Machine;
    }

    private static byte[] CheckpointOf(StateMachine state)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("checkpoint.db");
        using (var file = CheckpointFile.OpenForWriting(path))
        {
            var changes = state.From(default).Select(record => new CheckpointChange(record.Key, CheckpointRecords.From(record))).ToArray();
            file.Write(changes, CheckpointRecords.Describe(state.Describe(), Samples.ConfigurationOf(1)));
        }

        return File.ReadAllBytes(path);
    }

    private static IEnumerable<byte[]> ColumnCorpus()
    {
        yield return [0];
        for (byte column = 0; column < Columns.Length; column++)
        {
            for (byte kind = 0; kind < 4; kind++)
            {
                yield return [RepairFlag, column, 1, kind, 0, 1, 0, 0, 0, 0, 0, 0, 0];
            }
        }
    }

    /// <summary>Changes columns, gives most inputs their checksums back, and loads.</summary>
    private static FuzzOutcome ReadColumns(byte[] input, FuzzMeter meter)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("checkpoint.db");
        File.WriteAllBytes(path, Checkpoint.Value);
        using (var database = SqliteDatabase.OpenOrCreate(path))
        {
            for (var at = 1; at + OperationBytes <= input.Length; at += OperationBytes)
            {
                TryExecute(database, Statement(input.AsSpan(at, OperationBytes)));
            }

            if (input.Length > 0 && (input[0] & RepairFlag) != 0)
            {
                RepairChecksums(database);
            }
        }

        return Load(File.ReadAllBytes(path), mustBeTheSame: input.Length == 0 || (input[0] & RepairFlag) == 0, meter);
    }

    private static string Statement(ReadOnlySpan<byte> operation)
    {
        var (table, name) = Columns[operation[0] % Columns.Length];
        var number = BitConverter.ToInt64(operation[4..]);
        var hex = Convert.ToHexString(operation.Slice(4, operation[3] % 9));
        var value = (operation[2] % 5) switch
        {
            0 => number.ToString(CultureInfo.InvariantCulture),
            1 => $"x'{hex}'",
            2 => $"'{hex}'",
            3 => $"({number}.0 / 3)",
            _ => $"{name} + 1",
        };
        var where = table == "record"
            ? string.Create(CultureInfo.InvariantCulture, $" WHERE key = (SELECT key FROM record ORDER BY key LIMIT 1 OFFSET {operation[1] % 8})")
            : "";
        return operation[1] == 255 ? $"DELETE FROM {table}{where}" : $"UPDATE {table} SET {name} = {value}{where}";
    }

    private static void TryExecute(SqliteDatabase database, string statement)
    {
        try
        {
            database.Execute(statement);
        }
        catch (StorageException)
        {
            // A key that is taken, or a value that the column cannot have: then this one changes nothing.
        }
    }

    /// <summary>Gives each row the checksum of what a reader finds in it, and the description the sum of those.</summary>
    private static void RepairChecksums(SqliteDatabase database)
    {
        var totals = default(CheckpointTotals);
        var statements = new List<string>();
        using (var select = database.Prepare("SELECT key, value, create_revision, mod_revision, version FROM record WHERE key >= x'' ORDER BY key"))
        {
            while (select.Step())
            {
                var key = select.Blob(0).ToArray();
                var checksum = CheckpointChecksum.Of(key, select.Blob(1), select.Integer(2), select.Integer(3), select.Integer(4));
                totals.Add(checksum);
                statements.Add(string.Create(CultureInfo.InvariantCulture, $"UPDATE record SET crc = {checksum} WHERE key = x'{Convert.ToHexString(key)}'"));
            }
        }

        using (var select = database.Prepare("SELECT applied_index, applied_term, revision, state_hash, configuration FROM checkpoint"))
        {
            if (select.Step()
                && select.Blob(3).Length == CheckpointChecksum.StateHashSize
                && ClusterConfigurationCodec.TryDecode(select.Blob(4), out var configuration))
            {
                var hash = System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(select.Blob(3));
                var metadata = new CheckpointMetadata(Samples.Id(select.Integer(0), select.Integer(1)), select.Integer(2), hash, configuration);
                var crc = CheckpointChecksum.Of(metadata, totals);
                statements.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"UPDATE checkpoint SET record_count = {totals.Count}, record_checksum = {totals.ChecksumSum}, crc = {crc}"));
            }
        }

        foreach (var statement in statements)
        {
            TryExecute(database, statement);
        }
    }

    private static FuzzOutcome Load(byte[] file, bool mustBeTheSame, FuzzMeter meter)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("checkpoint.db");
        File.WriteAllBytes(path, file);
        object loaded;
        try
        {
            using var measured = meter.Measure();
            using var store = SqliteCheckpointStore.Open(path);
            loaded = Await<object>(told => store.Load(new CheckpointLoading(told)));
            ReadAsSnapshot(store);
        }
        catch (StorageException refusal)
        {
            return FuzzOutcome.Refused(refusal.Problem.Message);
        }

        if (loaded is not CheckpointLoaded { State: var state })
        {
            return FuzzOutcome.Refused(((CheckpointRefused)loaded).Problem);
        }

        state.CheckInvariants();
        if (state.AppliedIndex == 0)
        {
            return FuzzOutcome.AcceptedAs("nothing"); // a file without tables was never written; the journal tells whether it should have been
        }

        FuzzCheck.That(!mustBeTheSame || state.Describe() == State.Value.Describe(), "what is loaded is what was written");
        return FuzzOutcome.Accepted;
    }

    /// <summary>The other way to read a checkpoint: as a follower gets it. It ends with the last chunk or with a problem.</summary>
    private static void ReadAsSnapshot(SqliteCheckpointStore store)
    {
        var opening = Await<SnapshotOpening>(told => store.OpenSnapshot(chunkBytes: 500, told));
        if (opening.Snapshot is not { } snapshot)
        {
            return;
        }

        using (snapshot)
        {
            for (var number = 0; ; number++)
            {
                FuzzCheck.That(number <= State.Value.Count + 1, "a snapshot comes to an end");
                var reading = Await<ChunkReading>(told => snapshot.Read(number, told));
                FuzzCheck.That(reading.Chunk is null != reading.Problem is null, "there is a chunk or a problem");
                if (reading.Chunk is not { IsLast: false })
                {
                    return;
                }
            }
        }
    }

    private static T Await<T>(Action<Action<T>> call)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        call(completion.SetResult);
        FuzzCheck.That(completion.Task.Wait(Deadline), "an answer comes within the deadline");
        return completion.Task.GetAwaiter().GetResult();
    }
}
