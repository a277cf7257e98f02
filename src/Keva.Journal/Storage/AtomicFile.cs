namespace Keva.Journal.Storage;

/// <summary>Replaces a small file at one stroke: after a crash there is the old content or the new, never a part.</summary>
internal static class AtomicFile
{
    /// <exception cref="IOException">The disk is full or failed; the old content is still there.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + ".new";
        using (var handle = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(handle, content, 0);
            RandomAccess.FlushToDisk(handle);
        }

        File.Move(temporary, path, overwrite: true);
        DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}
