using System.Diagnostics;
using System.Runtime.InteropServices;
using Keva.Benchmarks.Figures;
using SQLitePCL;

namespace Keva.Benchmarks.Scenarios;

/// <summary>What the disk, and SQLite on it, can do at most: one write after the other, each waited for.</summary>
internal sealed class RawDiskScenario : IScenario
{
    private const string Disk = "disk";
    private const int PageBytes = 4096;
    private const int FilePages = 1024;

    // A write of its own, and the batch of 64 connections.
    private const int SmallRowBytes = 128;
    private const int BatchRowBytes = 64 * 128;

    private readonly (string Name, string Title)[] workloads =
    [
        ("raw-fdatasync", "fdatasync after each write of a page inside a file"),
        ("raw-sqlite-commit", "SQLite, a row of 128 bytes a commit, with the settings of Keva's journal"),
        ("raw-sqlite-commit-8KiB", "SQLite, a row of 8 KiB a commit, with the settings of Keva's journal"),
    ];

    public IReadOnlyList<(string Name, string Title)> Workloads => workloads;

    public async Task RunAsync(BenchContext context)
    {
        foreach (var (name, title) in workloads)
        {
            context.Figures.Describe(name, title);
        }

        var wanted = workloads.Select(workload => workload.Name).Where(context.IsWanted).ToArray();
        await context.TakeTurnsAsync(wanted, context.Options.Rounds, (name, _) => Task.Run(() => Measure(context, name)));
    }

    private static void Measure(BenchContext context, string name)
    {
        var file = Path.Combine(context.Options.Directory, $"{name}-{Guid.NewGuid():n}");
        try
        {
            var perSecond = name switch
            {
                "raw-fdatasync" => Synchronise(file, context.Options.Seconds),
                "raw-sqlite-commit" => Commit(file, SmallRowBytes, context.Options.Seconds),
                _ => Commit(file, BatchRowBytes, context.Options.Seconds),
            };
            context.Figures.Add(name, Disk, Metric.Operations, perSecond);
            BenchContext.Progress($"{name}: {perSecond:#,0}/s");
        }
        finally
        {
            foreach (var left in Directory.GetFiles(context.Options.Directory, Path.GetFileName(file) + "*"))
            {
                File.Delete(left);
            }
        }
    }

    private static double Synchronise(string path, double seconds)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite);
        var page = new byte[PageBytes];
        for (var i = 0; i < FilePages; i++)
        {
            RandomAccess.Write(file, page, (long)i * PageBytes);
        }

        RandomAccess.FlushToDisk(file);
        return PerSecond(seconds, i =>
        {
            page[0]++;
            RandomAccess.Write(file, page, i % FilePages * PageBytes);
            if (SynchroniseData((int)file.DangerousGetHandle()) != 0)
            {
                throw new IOException($"fdatasync: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        });
    }

    private static double Commit(string path, int rowBytes, double seconds)
    {
        Batteries_V2.Init();
        Check(raw.sqlite3_open(path, out var database));
        using (database)
        {
            // As in Keva.Journal/Sqlite/JournalFile.cs.
            Check(raw.sqlite3_exec(database, "PRAGMA page_size=4096; PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                + "PRAGMA secure_delete=OFF; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=10000; CREATE TABLE journal (row_nr INTEGER PRIMARY KEY, payload BLOB NOT NULL)"));
            Check(raw.sqlite3_prepare_v2(database, "INSERT INTO journal VALUES (?1, ?2)", out var insert));
            using (insert)
            {
                var payload = new byte[rowBytes];
                return PerSecond(seconds, i =>
                {
                    Check(raw.sqlite3_bind_int64(insert, 1, i + 1));
                    Check(raw.sqlite3_bind_blob(insert, 2, payload));
                    if (raw.sqlite3_step(insert) != raw.SQLITE_DONE)
                    {
                        throw new IOException(raw.sqlite3_errmsg(database).utf8_to_string());
                    }

                    Check(raw.sqlite3_reset(insert));
                });
            }
        }
    }

    private static double PerSecond(double seconds, Action<long> operation)
    {
        var begin = Stopwatch.GetTimestamp();
        var count = 0L;
        TimeSpan elapsed;
        do
        {
            operation(count++);
            elapsed = Stopwatch.GetElapsedTime(begin);
        }
        while (elapsed.TotalSeconds < seconds);

        return count / elapsed.TotalSeconds;
    }

    private static void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw new IOException($"SQLite: {raw.sqlite3_errstr(code).utf8_to_string()}");
        }
    }

    [DllImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SynchroniseData(int descriptor);
}
