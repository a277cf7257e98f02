namespace Keva.Serf;

/// <summary>
/// How often and how patiently nodes talk. All nodes of a cluster should use one profile. The numbers are those of agents'
/// profiles of the same names (memberlist 0.2.2, config.go).
/// </summary>
public sealed record GossipTiming
{
    public static GossipTiming Lan { get; } = new();

    public static GossipTiming Wan { get; } = new()
    {
        StreamTimeout = TimeSpan.FromSeconds(30),
        SuspicionMultiplier = 6,
        PushPullInterval = TimeSpan.FromSeconds(60),
        ProbeInterval = TimeSpan.FromSeconds(5),
        ProbeTimeout = TimeSpan.FromSeconds(3),
        GossipInterval = TimeSpan.FromMilliseconds(500),
        GossipNodes = 4,
        GossipToTheDeadTime = TimeSpan.FromSeconds(60),
    };

    public static GossipTiming Local { get; } = new()
    {
        StreamTimeout = TimeSpan.FromSeconds(1),
        IndirectChecks = 1,
        RetransmitMultiplier = 2,
        SuspicionMultiplier = 3,
        PushPullInterval = TimeSpan.FromSeconds(15),
        ProbeTimeout = TimeSpan.FromMilliseconds(200),
        GossipInterval = TimeSpan.FromMilliseconds(100),
        GossipToTheDeadTime = TimeSpan.FromSeconds(15),
    };

    /// <summary>How long an exchange on a stream may take.</summary>
    public TimeSpan StreamTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many peers are asked to ping a node that does not answer.</summary>
    public int IndirectChecks { get; init; } = 3;

    /// <summary>A broadcast is sent this often, times the logarithm of the cluster's size.</summary>
    public int RetransmitMultiplier { get; init; } = 4;

    /// <summary>The least time under suspicion is this many probe intervals, times the logarithm of the cluster's size.</summary>
    public int SuspicionMultiplier { get; init; } = 4;

    /// <summary>The most time under suspicion, as a multiple of the least.</summary>
    public int SuspicionMaxTimeoutMultiplier { get; init; } = 6;

    /// <summary>How often the whole state is exchanged with some node.</summary>
    public TimeSpan PushPullInterval { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an ack may take before others are asked to ping too.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan GossipInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    public int GossipNodes { get; init; } = 3;

    /// <summary>How long the dead are still told what is said, so that they may object.</summary>
    public TimeSpan GossipToTheDeadTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A node in bad health probes at most this many times slower.</summary>
    public int AwarenessMaxMultiplier { get; init; } = 8;
}
