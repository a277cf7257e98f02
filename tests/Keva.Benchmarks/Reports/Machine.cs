using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Keva.Benchmarks.Servers;
using Keva.LoadGenerator.Measuring;

namespace Keva.Benchmarks.Reports;

/// <summary>What the figures were measured on, and with.</summary>
internal sealed record Machine(
    string Processor, int Cores, double MemoryGib, string Disk, string Kernel, string DotNet, string Keva, string? Etcd, double LoadAverage)
{
    // More than this, and other programs have a part in every figure.
    private const double BusyLoadPerCore = 0.25;

    public bool IsBusy => LoadAverage > BusyLoadPerCore * Cores;

    public IEnumerable<string> Lines() =>
    [
        FormattableString.Invariant($"{Processor}, {Cores} cores, {MemoryGib:0.0} GiB of memory; {Kernel}"),
        $"disk: {Disk}",
        $"{DotNet}; keva {Keva}{(Etcd is null ? "" : $"; etcd {Etcd}")}",
        .. IsBusy
            ? [FormattableString.Invariant($"WARNING: the load average was {LoadAverage:0.0} before anything was started. Figures of a busy machine mean nothing.")]
            : Array.Empty<string>(),
    ];

    public static async Task<Machine> LookAsync(string directory, bool withEtcd) => new(
        ProcessorName(),
        Environment.ProcessorCount,
        ProcessUsage.FieldIn(File.ReadAllText("/proc/meminfo"), "MemTotal:") / (1024.0 * 1024.0),
        DiskOf(directory),
        $"Linux {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}",
        RuntimeInformation.FrameworkDescription,
        typeof(Keva.Node.Hosting.KevaNode).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "?",
        withEtcd ? await EtcdVersionAsync() : null,
        double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture));

    private static string ProcessorName() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
        ?? RuntimeInformation.ProcessArchitecture.ToString();

    /// <summary>The device and file system that hold a directory: those of the longest mount point that begins its path.</summary>
    private static string DiskOf(string directory)
    {
        var mount = File.ReadLines("/proc/mounts")
            .Select(line => line.Split(' '))
            .Where(fields => fields.Length > 3 && IsWithin(directory, fields[1]))
            .MaxBy(fields => fields[1].Length);
        if (mount is null)
        {
            return "unknown";
        }

        var model = $"/sys/class/block/{Path.GetFileName(mount[0])}/device/model";
        return $"{mount[0]}{(File.Exists(model) ? $" ({File.ReadAllText(model).Trim()})" : "")}, {mount[2]}, {mount[3]}";
    }

    private static bool IsWithin(string directory, string mountPoint) =>
        mountPoint == "/" || directory == mountPoint || directory.StartsWith(mountPoint + "/", StringComparison.Ordinal);

    private static async Task<string?> EtcdVersionAsync()
    {
        if (EtcdCluster.Program is not { } program)
        {
            return null;
        }

        var said = await ProgramOutput.OfAsync(program, ["--version"], CancellationToken.None);
        return said.Split('\n')[0].Replace("etcd Version: ", "", StringComparison.Ordinal).Trim();
    }
}
