using System.Runtime.InteropServices;

namespace Keva.Journal.Storage;

/// <summary>
/// Makes the names in a directory durable. Synchronising a file does not promise that its name is on the disk: after it
/// was made, renamed or removed, the directory must be synchronised, too (fsync(2)).
/// </summary>
internal static class DirectorySync
{
    /// <exception cref="IOException">The disk failed.</exception>
    public static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            // NTFS journals names itself, and Windows offers no way to flush a directory to ordinary processes.
            return;
        }

        const int readOnly = 0;
        var descriptor = open(directory, readOnly);
        if (descriptor < 0)
        {
            throw Failure(directory);
        }

        try
        {
            if (fsync(descriptor) != 0)
            {
                throw Failure(directory);
            }
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    private static IOException Failure(string directory) =>
        new($"{directory}: cannot synchronise the directory. {Marshal.GetLastPInvokeErrorMessage()}");

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int descriptor);
}
