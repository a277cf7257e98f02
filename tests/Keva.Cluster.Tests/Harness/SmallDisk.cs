using System.Diagnostics;

namespace Keva.Cluster.Tests.Harness;

/// <summary>A file system of a few mebibytes in memory, which a test can fill up. Needs the right to mount one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public SmallDisk(int mebibytes)
    {
        if (!TryRun("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m", "keva-test", directory.Path))
        {
            directory.Dispose();
            throw new InvalidOperationException("a small file system cannot be mounted");
        }
    }

    public string Path => directory.Path;

    private string BallastPath => directory.Sub("ballast");

    /// <summary>Takes all space that is left.</summary>
    public void Fill()
    {
        using var ballast = new FileStream(BallastPath, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in new[] { 1024 * 1024, 4096, 1 })
        {
            try
            {
                while (true)
                {
                    ballast.Write(new byte[size]);
                    ballast.Flush();
                }
            }
            catch (IOException)
            {
                // Full, as far as pieces of this size are concerned.
            }
        }
    }

    public void MakeSpace() => File.Delete(BallastPath);

    public void Dispose()
    {
        TryRun("umount", directory.Path);
        directory.Dispose();
    }

    /// <summary>Whether this process may mount a file system.</summary>
    public static bool IsPossible()
    {
        using var probe = new TemporaryDirectory();
        if (!OperatingSystem.IsLinux() || !TryRun("mount", "-t", "tmpfs", "-o", "size=64k", "keva-test", probe.Path))
        {
            return false;
        }

        TryRun("umount", probe.Path);
        return true;
    }

    private static bool TryRun(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

/// <summary>A test that mounts a small file system, and is skipped, visibly, where it may not.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactIfMayMountAttribute : FactAttribute
{
    private static readonly Lazy<bool> MayMount = new(SmallDisk.IsPossible);

    public FactIfMayMountAttribute()
    {
        if (!MayMount.Value)
        {
            Skip = "needs the right to mount a small file system in memory (root on Linux)";
        }
    }
}
