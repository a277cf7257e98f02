using Keva.Journal;
using Keva.Journal.Sqlite;

namespace Keva.Tests.Journal.Support;

/// <summary>The SQLite checkpoint store in a temporary directory. A crash is a copy of the files, taken while they are open.</summary>
internal sealed class SqliteCheckpointHarness : CheckpointHarness
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly List<TemporaryDirectory> directories = [new()];
    private SqliteCheckpointStore? sqlite;

    public SqliteCheckpointStore Sqlite => sqlite!;

    public string CheckpointPath => directories[^1].File("checkpoint.db");

    public string IncomingPath => directories[^1].File("checkpoint.incoming.db");

    public override void Open()
    {
        sqlite = SqliteCheckpointStore.Open(CheckpointPath);
        Store = sqlite;
    }

    public override void Crash()
    {
        var next = new TemporaryDirectory();
        Await<bool>(completed => sqlite!.Post(() =>
        {
            foreach (var file in Directory.GetFiles(directories[^1].Path))
            {
                File.Copy(file, Path.Combine(next.Path, Path.GetFileName(file)));
            }

            completed(true);
        }));
        Store.Dispose();
        directories.Add(next);
    }

    public override void SetDiskFull(bool full) =>
        sqlite!.Post(() => LimitPages(sqlite.CurrentFile, full ? 1 : 1_000_000_000));

    /// <summary>Lets the file have no more than so many pages, as a full disk would; never fewer than it has.</summary>
    public static void LimitPages(CheckpointFile file, long pages) => file.Database.Execute($"PRAGMA max_page_count={pages}");

    public override void Damage()
    {
        using var database = SqliteDatabase.OpenOrCreate(CheckpointPath);
        database.Execute("UPDATE record SET version = version + 1 WHERE key = (SELECT max(key) FROM record)");
    }

    public override T Await<T>(Action<Action<T>> call)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        call(completion.SetResult);
        Assert.True(completion.Task.Wait(Deadline), "not within the deadline");
        return completion.Task.GetAwaiter().GetResult();
    }

    public override void Dispose()
    {
        Store?.Dispose();
        directories.ForEach(directory => directory.Dispose());
    }
}
