namespace Keva.Node.Telemetry.Measuring;

/// <summary>The disk under a working directory at one moment.</summary>
/// <param name="FreeBytes">What this process may still use.</param>
/// <param name="SizeBytes">All there is.</param>
/// <param name="JournalBytes">The journal's files.</param>
/// <param name="CheckpointBytes">The checkpoint's files.</param>
internal sealed record DiskUsage(long FreeBytes, long SizeBytes, long JournalBytes, long CheckpointBytes)
{
    /// <summary>Asks the operating system, which may take as long as the disk likes. Null if it does not know.</summary>
    /// <param name="directory">The working directory.</param>
    /// <param name="journal">The journal's main file.</param>
    /// <param name="checkpoint">The checkpoint's main file.</param>
    public static DiskUsage? Of(string directory, string journal, string checkpoint)
    {
        try
        {
            var drive = new DriveInfo(directory);
            return new DiskUsage(drive.AvailableFreeSpace, drive.TotalSize, SizeOf(journal), SizeOf(checkpoint));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>SQLite keeps what was written last in a file beside the main one.</summary>
    private static long SizeOf(string path) => LengthOf(path) + LengthOf(path + "-wal");

    private static long LengthOf(string path) => new FileInfo(path) is { Exists: true, Length: var length } ? length : 0;
}
