using Keva.Journal;
using Keva.Journal.Directories;
using Keva.Node.Dashboard;

namespace Keva.Node.Hosting;

/// <summary>What a node's data takes of its disk, and what is left.</summary>
internal sealed class NodeDisk(WorkingDirectory directory, Func<IJournal?> journal)
{
    // SQLite keeps what is not in the main file yet beside it, under this ending.
    private const string WriteAheadLog = "-wal";

    /// <summary>Null if the disk does not say.</summary>
    public DiskStatus? Look()
    {
        try
        {
            var drive = new DriveInfo(directory.DirectoryPath);
            var statistics = journal()?.Statistics ?? default;
            return new DiskStatus(
                drive.AvailableFreeSpace,
                drive.TotalSize,
                SizeOf(directory.JournalPath),
                SizeOf(directory.CheckpointPath),
                statistics.QueueDepth,
                statistics.LastCommitDuration,
                statistics.IsStalled);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long SizeOf(string database) => LengthOf(database) + LengthOf(database + WriteAheadLog);

    private static long LengthOf(string file) => new FileInfo(file) is { Exists: true } found ? found.Length : 0;
}
