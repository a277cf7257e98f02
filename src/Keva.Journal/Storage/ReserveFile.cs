namespace Keva.Journal.Storage;

/// <summary>
/// Space kept for bad days: a file of zeros that is deleted when the disk is full, and made again when there is room.
/// </summary>
internal sealed class ReserveFile(string path, long bytes)
{
    /// <summary>Makes the file if it is not there. False if there is no room for it.</summary>
    public bool TryFill()
    {
        if (bytes == 0 || (File.Exists(path) && new FileInfo(path).Length == bytes))
        {
            return true;
        }

        try
        {
            // Preallocation takes the blocks at once, or throws and leaves nothing. On a file system that cannot
            // preallocate, the file takes up no space, and there is no reserve.
            using var handle = File.OpenHandle(path, FileMode.Create, FileAccess.Write, preallocationSize: bytes);
            RandomAccess.SetLength(handle, bytes);
            return true;
        }
        catch (IOException)
        {
            TryRelease();
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Gives the space back. False if there was none to give.</summary>
    public bool TryRelease()
    {
        try
        {
            var existed = File.Exists(path);
            File.Delete(path);
            return existed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
