namespace Keva.LoadGenerator.Jobs;

/// <summary>The interfaces that the generator speaks.</summary>
internal enum DialectName
{
    Keva,
    Etcd,
}

/// <summary>What the connections of a job do.</summary>
internal enum LoadKind
{
    /// <summary>Reads and writes of keys at random, for a time.</summary>
    Measure,

    /// <summary>Every key is written once, however long it takes.</summary>
    Fill,
}

/// <summary>One order to the generator.</summary>
internal sealed record LoadJob
{
    public required DialectName Dialect { get; init; }

    public LoadKind Kind { get; init; }

    /// <summary>Ports on 127.0.0.1, over which the connections are spread evenly.</summary>
    public required int[] Ports { get; init; }

    public required int Connections { get; init; }

    /// <summary>Threads over which the connections are spread.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Seconds of load before the first request counts.</summary>
    public double WarmUpSeconds { get; init; }

    public double Seconds { get; init; }

    /// <summary>Which part of the requests are writes, from 0 to 1.</summary>
    public double WriteShare { get; init; }

    public required int Keys { get; init; }

    public required int ValueBytes { get; init; }

    public int Seed { get; init; } = 1;

    /// <summary>The processes whose use of the machine is measured.</summary>
    public int[] ServerProcesses { get; init; } = [];

    /// <summary>The counters of the servers' disk, if they have one: <see cref="Measuring.DiskUsage.CountersOf"/>.</summary>
    public string? DiskCounters { get; init; }
}

/// <summary>What a job found.</summary>
internal sealed record LoadResult
{
    /// <summary>Requests whose answer was right.</summary>
    public long Requests { get; init; }

    /// <summary>Those of them that were writes.</summary>
    public long Writes { get; init; }

    /// <summary>Requests whose answer was wrong, or never came.</summary>
    public long Errors { get; init; }

    /// <summary>The first of them, in words.</summary>
    public string? FirstError { get; init; }

    /// <summary>How long the measurement took.</summary>
    public double Seconds { get; init; }

    /// <summary>Half of all requests took no longer than so many microseconds.</summary>
    public double P50 { get; init; }

    public double P99 { get; init; }

    public double P999 { get; init; }

    public double Maximum { get; init; }

    /// <summary>Processor time that the servers used.</summary>
    public double ServerProcessorSeconds { get; init; }

    /// <summary>Bytes of the page cache that the servers changed, as the kernel counts them: by whole folios.</summary>
    public long ServerDirtiedBytes { get; init; }

    /// <summary>Bytes that the disk wrote, for whomever; null if it has no counters.</summary>
    public long? DiskWrittenBytes { get; init; }

    /// <summary>Processor time that the generator used itself.</summary>
    public double GeneratorProcessorSeconds { get; init; }
}
