namespace Keva.Benchmarks.Servers;

/// <summary>
/// Refuses servers that do not wait for the disk: beside one that does, a figure of such a server means nothing. Keva
/// has no setting for it; etcd has, and a preloaded library or a disk in memory does it to any program.
/// </summary>
internal static class SyncGuard
{
    private static readonly string[] FileSystemsInMemory = ["tmpfs", "ramfs"];

    /// <exception cref="BenchmarkException">The directory is in memory.</exception>
    public static void Verify(string directory)
    {
        var format = new DriveInfo(directory).DriveFormat;
        if (FileSystemsInMemory.Contains(format, StringComparer.Ordinal))
        {
            throw new BenchmarkException(
                $"{directory} is on {format}, which is memory: nothing there is ever synchronised. Name a directory on a disk with --directory.");
        }
    }

    /// <exception cref="BenchmarkException">The server's synchronising is switched off.</exception>
    public static void Verify(ServerNode node)
    {
        var process = FormattableString.Invariant($"/proc/{node.ProcessId}/");
        if (File.ReadAllText(process + "cmdline").Contains("unsafe-no-fsync", StringComparison.OrdinalIgnoreCase)
            || File.ReadAllText(process + "environ").Contains("UNSAFE_NO_FSYNC", StringComparison.OrdinalIgnoreCase))
        {
            throw new BenchmarkException($"{node.Name} runs with --unsafe-no-fsync; the benchmark only compares stores that sync every write");
        }

        if (File.ReadAllText(process + "maps").Contains("eatmydata", StringComparison.Ordinal))
        {
            throw new BenchmarkException($"{node.Name} runs with libeatmydata, which leaves out every sync; run the benchmark without it");
        }
    }
}
