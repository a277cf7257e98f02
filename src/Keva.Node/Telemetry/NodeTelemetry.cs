using System.Diagnostics.Metrics;
using Keva.Actors;
using Keva.Journal;
using Keva.Journal.Checkpoints;
using Keva.Journal.Directories;
using Keva.Journal.Storage;
using Keva.Node.Configuration;
using Keva.Node.Gateway;
using Keva.Node.Gateway.Http;
using Keva.Node.Hosting;
using Keva.Node.Telemetry.Instruments;
using Keva.Node.Telemetry.Measuring;
using Keva.Node.Telemetry.Otlp;
using Keva.Node.Telemetry.Prometheus;
using Keva.Node.Telemetry.Tracing;
using Keva.Node.Telemetry.Warnings;
using Keva.Node.Transport;
using Microsoft.Extensions.Logging;

namespace Keva.Node.Telemetry;

/// <summary>
/// Everything by which a node can be watched: its instruments, what adds them up for <c>/metrics</c>, and the warnings. Made
/// first and disposed last, since all that it looks at comes and goes within.
/// </summary>
internal sealed class NodeTelemetry : IAsyncDisposable
{
    /// <summary>The name of the meter, which exporters ask for.</summary>
    public const string MeterName = "Keva";

    /// <summary>The meter of the .NET runtime.</summary>
    public const string RuntimeMeterName = "System.Runtime";

    private const int LooksBetweenDiskQuestions = 5;

    private static readonly TimeSpan ProbeBudget = TimeSpan.FromMilliseconds(100);

    private readonly Meter meter;
    private readonly MetricAggregator aggregator;
    private readonly WarningBoard board;
    private readonly WarningWatch watch;
    private readonly DiskInstruments disk;
    private readonly JournalSpans journalSpans;
    private readonly PeerSpans peerSpans;
    private readonly DiskGauge diskGauge;
    private readonly ClusterViewHolder views;
    private readonly TimeProvider clock;
    private readonly WorkingDirectory directory;
    private readonly string name;
    private readonly ILogger logger;
    private readonly OtlpExport? export;
    private volatile IJournal? journal;
    private int looksUntilDiskQuestion;

    /// <param name="settings">The node's settings.</param>
    /// <param name="directory">Where it keeps its data.</param>
    /// <param name="views">Where the view of the cluster is left.</param>
    /// <param name="traffic">What goes between the nodes.</param>
    /// <param name="inbound">Where connections from other nodes arrive.</param>
    /// <param name="clock">Time, both kinds.</param>
    /// <param name="logger">Where warnings are logged.</param>
    public NodeTelemetry(
        NodeSettings settings, WorkingDirectory directory, ClusterViewHolder views, PeerTraffic traffic, InboundPeers inbound, TimeProvider clock, ILogger logger)
    {
        (this.directory, this.views, this.clock, this.logger) = (directory, views, clock, logger);
        name = settings.Identity;
        meter = new Meter(new MeterOptions(MeterName) { Version = NodeVersion.Text, Tags = [new("node", settings.Identity), new("cluster", settings.ClusterName)] });

        // Other nodes of the process have meters of that name, too.
        aggregator = new MetricAggregator(other => ReferenceEquals(other, meter) || other.Name == RuntimeMeterName);
        diskGauge = new DiskGauge(() => DiskUsage.Of(directory.DirectoryPath, directory.JournalPath, directory.CheckpointPath), clock);
        board = new WarningBoard(logger);
        var (clockRule, pauseRule) = (new ClockRule(), new PauseRule());
        watch = new WarningWatch(Look, [.. Rules(settings.Warnings), clockRule, pauseRule], board, logger);
        journalSpans = new JournalSpans(Statistics.TracedWrites);
        peerSpans = new PeerSpans(Statistics.TracedWrites);
        Requests = new RequestMetrics(meter);
        disk = new DiskInstruments(meter, clock);
        disk.Add(meter, () => journal?.Statistics, Statistics.Store, diskGauge);
        ServerInstruments.Add(meter, views, Statistics.Gateway);
        StoreInstruments.Add(meter, Statistics.Store);
        NetworkInstruments.Add(meter, views, traffic, Statistics.Gossip, () => inbound.Rejected);
        GossipInstruments.Add(meter, Statistics.Gossip);
        var startedAt = clock.GetTimestamp();
        ProcessInstruments.Add(meter, () => Actors, () => clock.GetElapsedTime(startedAt));
        WarningInstruments.Add(meter, board, clockRule, pauseRule);
        export = OtlpExport.Start(settings, logger);
    }

    /// <summary>Where the node's actors leave their numbers.</summary>
    public NodeStatistics Statistics { get; } = new();

    /// <summary>Where requests of users are counted.</summary>
    public RequestMetrics Requests { get; }

    /// <summary>Where its instruments are.</summary>
    public Meter Meter => meter;

    /// <summary>How full the disk was when it was last asked; null if it is not known.</summary>
    public DiskUsage? Disk => diskGauge.Latest;

    /// <summary>The journal's counters; null before it is open.</summary>
    public JournalStatistics? Journal => journal?.Statistics;

    /// <summary>What an operator should look at.</summary>
    public IReadOnlyList<Warning> Warnings => board.Current;

    /// <summary>The node's actors, as soon as there are any.</summary>
    public ActorSystem? Actors { get; set; }

    /// <summary>What is served of it over HTTP.</summary>
    public IEnumerable<HttpRoute> Routes => [new MetricsEndpoint(aggregator, logger).Route, new WarningsEndpoint(name, board).Route];

    /// <summary>Has the journal's work timed.</summary>
    public IJournalEvents Watching(IJournalEvents events) => new MeasuredJournalEvents(events, disk.Journal, journalSpans);

    /// <summary>Has what is given to the journal traced. It is the one that <see cref="NodeTelemetry"/> looks at from now on.</summary>
    public IJournal Watching(IJournal opened)
    {
        journal = opened;
        return new TracedJournal(opened, journalSpans);
    }

    /// <summary>Has what is sent to other nodes traced.</summary>
    public IPeerNetwork Watching(IPeerNetwork network) => new TracedPeerNetwork(network, peerSpans);

    /// <summary>Has their answers traced.</summary>
    public IInboundPeers Watching(IInboundPeers peers) => new TracedInboundPeers(peers, peerSpans);

    /// <summary>Has the checkpoint store's work counted and timed.</summary>
    public ICheckpointStore Watching(ICheckpointStore checkpoints) => new MeasuredCheckpointStore(checkpoints, disk.Checkpoints, disk.Snapshots);

    /// <summary>Begins to look for trouble, and finds out how fast the disk is.</summary>
    public void Start()
    {
        watch.Start(clock);

        // Nobody waits for it: a disk that hangs must not keep the node from saying so.
        _ = Task.Run(() => disk.ProbeMedian = SyncProbe.MedianOf(directory.DirectoryPath, ProbeBudget) ?? TimeSpan.Zero);
    }

    public async ValueTask DisposeAsync()
    {
        watch.Dispose();
        if (export is not null)
        {
            await export.DisposeAsync();
        }

        aggregator.Dispose();
        meter.Dispose();
    }

    private static IEnumerable<IWarningRule> Rules(WarningSettings settings) =>
    [
        new SlowDiskRule(settings.SlowSync),
        new FullDiskRule(),
        new LowDiskRule(settings.LowDiskBytes),
        new CheckpointRule(),
        new MailboxRule(settings.MailboxDepth),
        new LaggingPeerRule(settings.PeerLagEntries),
        new MissingMemberRule(),
        new QuorumRule(),
        new LeaderRule(),
    ];

    private VitalSigns Look()
    {
        if (--looksUntilDiskQuestion <= 0)
        {
            looksUntilDiskQuestion = LooksBetweenDiskQuestions;
            diskGauge.Refresh();
        }

        return new VitalSigns(
            clock.GetElapsedTime(0),
            clock.GetUtcNow(),
            views.Current,
            views.Statistics,
            journal?.Statistics,
            disk.Journal.TakeWorst(),
            disk.ProbeMedian,
            disk.Checkpoints.FailuresInRow,
            diskGauge.Latest,
            diskGauge.Silence,
            [.. MailboxDepths.Of(Actors)]);
    }
}
