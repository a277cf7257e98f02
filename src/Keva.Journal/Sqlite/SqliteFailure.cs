using SQLitePCL;

namespace Keva.Journal.Sqlite;

/// <summary>What SQLite's result codes mean for us.</summary>
internal static class SqliteFailure
{
    // Error numbers of Linux that SQLite reports as a failed write, though they say no more than "not now".
    private const int FileTooLarge = 27;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaExceeded = 122;

    public static StorageException Translate(string path, int extendedCode, int systemError, string text, string doing)
    {
        var kind = Classify(extendedCode, OperatingSystem.IsLinux() ? systemError : 0);
        var detail = $"{text} (SQLite {extendedCode}, system error {systemError}, during: {doing})";
        var advice = kind switch
        {
            StorageProblemKind.DiskFull => "the disk is full. Free space; work goes on by itself",
            StorageProblemKind.ReadOnly => "it cannot be written to. Make it and its file system writable; work goes on by itself",
            StorageProblemKind.InUse => "another process is using it. Stop that one first",
            StorageProblemKind.InputOutput => "the disk failed. Check it, and the system log, before the node is started again",
            StorageProblemKind.Corrupt => "it is damaged, or not a file of this program. Check the disk, and restore the directory from a backup of this node, or move it away and start the node anew",
            _ => "SQLite reports an error that should not occur",
        };
        return new StorageException(new StorageProblem(kind, $"{path}: {advice}. {detail}"));
    }

    private static StorageProblemKind Classify(int extendedCode, int systemError) => (extendedCode & 0xff) switch
    {
        raw.SQLITE_FULL => StorageProblemKind.DiskFull,
        raw.SQLITE_READONLY => StorageProblemKind.ReadOnly,
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => StorageProblemKind.InUse,
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => StorageProblemKind.Corrupt,
        raw.SQLITE_IOERR when extendedCode == raw.SQLITE_IOERR_WRITE => systemError switch
        {
            QuotaExceeded or FileTooLarge => StorageProblemKind.DiskFull,
            ReadOnlyFileSystem => StorageProblemKind.ReadOnly,
            _ => StorageProblemKind.InputOutput,
        },
        raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN or raw.SQLITE_NOMEM => StorageProblemKind.InputOutput,
        _ => StorageProblemKind.Defect,
    };
}
