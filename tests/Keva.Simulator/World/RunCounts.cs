namespace Keva.Simulator.World;

/// <summary>How much happened in a run.</summary>
internal sealed class RunCounts
{
    public long Crashes { get; set; }

    public long Stops { get; set; }

    public long Partitions { get; set; }

    public long Pauses { get; set; }

    public long DiskFaults { get; set; }

    public long Losses { get; set; }

    public long Snapshots { get; set; }

    public long Messages { get; set; }

    public long Datagrams { get; set; }

    public long Elections { get; set; }

    public long Operations { get; set; }

    public long Steps { get; set; }

    public TimeSpan SimulatedTime { get; set; }

    public void Add(RunCounts other)
    {
        Crashes += other.Crashes;
        Stops += other.Stops;
        Partitions += other.Partitions;
        Pauses += other.Pauses;
        DiskFaults += other.DiskFaults;
        Losses += other.Losses;
        Snapshots += other.Snapshots;
        Messages += other.Messages;
        Datagrams += other.Datagrams;
        Elections += other.Elections;
        Operations += other.Operations;
        Steps += other.Steps;
        SimulatedTime += other.SimulatedTime;
    }
}
