namespace Keva.Benchmarks.Figures;

/// <summary>What a figure measures.</summary>
/// <param name="Name">Its name in the JSON file.</param>
/// <param name="Heading">Its name and unit in tables.</param>
/// <param name="Decimals">Decimals that are shown of large and of small values alike.</param>
internal sealed record Metric(string Name, string Heading, int Decimals)
{
    public static readonly Metric Throughput = new("requests_per_second", "requests/s", 0);
    public static readonly Metric P50 = new("p50_ms", "p50 ms", 3);
    public static readonly Metric P99 = new("p99_ms", "p99 ms", 3);
    public static readonly Metric P999 = new("p999_ms", "p99.9 ms", 3);
    public static readonly Metric Maximum = new("max_ms", "max ms", 1);
    public static readonly Metric Errors = new("errors", "errors", 0);
    public static readonly Metric ProcessorCost = new("cpu_seconds_per_10k", "CPU s/10k", 3);
    public static readonly Metric WrittenPerByte = new("disk_bytes_per_byte_stored", "disk B/B", 1);
    public static readonly Metric DirtiedPerByte = new("dirtied_bytes_per_byte_stored", "dirtied B/B", 1);
    public static readonly Metric Failover = new("failover_ms", "failover ms", 0);
    public static readonly Metric Memory = new("resident_mb", "memory MB", 1);
    public static readonly Metric Processor = new("cpu_percent_of_a_core", "CPU % of a core", 2);
    public static readonly Metric Restart = new("restart_seconds", "restart s", 2);
    public static readonly Metric Operations = new("operations_per_second", "operations/s", 0);
}
