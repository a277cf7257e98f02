using System.Globalization;

namespace Keva.Journal.Directories;

/// <summary>
/// The exclusive lock on a working directory: a lock of the operating system on an open file, so it dies with the
/// process, however that dies. On Unix it is advisory (flock); all Keva processes ask for it.
/// </summary>
internal static class DirectoryLock
{
    /// <exception cref="WorkingDirectoryException">Another process holds it.</exception>
    public static FileStream Take(string directory)
    {
        var ownerPath = Path.Combine(directory, "lock.pid");
        FileStream stream;
        try
        {
            stream = new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (IsHeldByAnother(e))
        {
            throw new WorkingDirectoryException(
                $"{directory} is in use by another process{Owner(ownerPath)}. Two nodes cannot share a working directory: stop the other one, or use another directory.",
                e);
        }

        // In a file of its own, because a locked one cannot be read everywhere. It only serves the message above.
        try
        {
            File.WriteAllText(ownerPath, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            // A full disk, for example. The lock is what counts.
        }

        return stream;
    }

    private static bool IsHeldByAnother(IOException e)
    {
        const int windowsSharingViolation = unchecked((int)0x80070020);
        const int linuxWouldBlock = 11;
        const int macWouldBlock = 35;
        return e.HResult == (OperatingSystem.IsWindows() ? windowsSharingViolation : OperatingSystem.IsMacOS() ? macWouldBlock : linuxWouldBlock);
    }

    private static string Owner(string ownerPath)
    {
        try
        {
            return int.TryParse(File.ReadAllText(ownerPath), CultureInfo.InvariantCulture, out var pid)
                ? string.Create(CultureInfo.InvariantCulture, $", number {pid}")
                : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
