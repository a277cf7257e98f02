using Keva.Raft.Log;
using Keva.Raft.Membership;
using Keva.Raft.Messages;
using Keva.Raft.Reads;

namespace Keva.Raft;

/// <summary>
/// What a server knows in every role (figure 3.1), and the outputs that collect until the driver takes them. The roles
/// change it; nobody else does.
/// </summary>
internal sealed class RaftState
{
    private readonly Random random;
    private readonly List<OutgoingMessage> messages = [];
    private readonly List<ConfirmedRead> reads = [];
    private readonly List<NodeId> snapshotsNeeded = [];
    private readonly List<IncomingSnapshotChunk> snapshotChunks = [];
    private readonly long firstWireReadId;
    private HardState takenHardState;

    /// <param name="configuration">The configuration as of the start of <paramref name="log"/>.</param>
    public RaftState(RaftOptions options, NodeId self, HardState hardState, RaftLog log, ClusterConfiguration configuration, Random random)
    {
        options.Validate();
        Options = options;
        Self = self;
        HardState = hardState;
        takenHardState = hardState;
        DurableHardState = hardState;
        Log = log;
        Configurations = new ConfigurationHistory(log.Start.Index, configuration);
        for (var index = log.Start.Index.Next(); index <= log.LastIndex; index = index.Next())
        {
            Configurations.Append([log[index]]);
        }

        this.random = random;
        firstWireReadId = random.NextInt64(1L << 62);
        ReportedApplied = log.AppliedIndex;
        LocalReads = new LocalReads(options.ReadTimeoutTicks);

        // A server that was at work before it started may have backed a leader's lease just before it stopped (§6.4.1).
        TicksSinceLeaderContact = hardState.Term > Term.Zero ? 0 : options.ElectionTicks;
    }

    public RaftOptions Options { get; }

    public NodeId Self { get; }

    public RaftLog Log { get; }

    public ConfigurationHistory Configurations { get; }

    /// <summary>The latest configuration in the log, committed or not (§4.1).</summary>
    public ClusterConfiguration Configuration => Configurations.Latest;

    /// <summary>Whether the configuration came with an entry, and is not the one that the cluster began with.</summary>
    public bool IsConfigurationInLog => Configurations.LatestIndex > LogIndex.Zero;

    /// <summary>Whether the latest configuration is committed: only then another change may begin (§4.1).</summary>
    public bool IsConfigurationCommitted => Configurations.LatestIndex <= Log.CommitIndex;

    public HardState HardState { get; private set; }

    /// <summary>The hard state that is known to be on disk.</summary>
    public HardState DurableHardState { get; set; }

    public Term Term => HardState.Term;

    /// <summary>The leader of the current term, as far as known.</summary>
    public NodeId Leader { get; set; }

    /// <summary>
    /// Time since the latest message of a leader, of whatever term. Neither a new term nor a restart sets it back: the
    /// leader of before may count on this server for its lease.
    /// </summary>
    public int TicksSinceLeaderContact { get; private set; }

    /// <summary>Reads of this server's clients that no leader has confirmed yet.</summary>
    public LocalReads LocalReads { get; }

    /// <summary>False while the disk takes no writes: then this server neither stands for election nor takes proposals.</summary>
    public bool CanPersist { get; set; } = true;

    /// <summary>
    /// True from the moment a complete snapshot is being put in place until it is: nothing may be appended meanwhile.
    /// </summary>
    public bool IsInstallingSnapshot { get; set; }

    /// <summary>The last index that the state machine reported as applied.</summary>
    public LogIndex ReportedApplied { get; set; }

    public StateHashHistory StateHashes { get; } = new();

    /// <summary>
    /// The highest commit index that a leader named since this server started, itself included; zero as long as none did.
    /// </summary>
    public LogIndex LeaderCommitIndex { get; private set; } = LogIndex.Zero;

    /// <summary>Messages that were dropped because they were late or of no interest to the role.</summary>
    public long IgnoredMessages { get; private set; }

    /// <summary>Monotonic time as of the latest input; leases alone need it.</summary>
    public TimeSpan Now { get; set; }

    public bool HardStateChanged => HardState != takenHardState;

    public bool HasOutput =>
        HardStateChanged || messages.Count > 0 || reads.Count > 0 || snapshotsNeeded.Count > 0 || snapshotChunks.Count > 0;

    /// <summary>Moves to a later term, with no vote cast in it.</summary>
    public void EnterTerm(Term term)
    {
        Invariant.Check(term > Term, "terms only grow");
        HardState = new HardState(term, NodeId.None);
    }

    /// <summary>§3.4: at most one vote in a term.</summary>
    public void VoteFor(NodeId candidate)
    {
        Invariant.Check(HardState.VotedFor.IsNone || HardState.VotedFor == candidate, "a server votes once in a term");
        HardState = HardState with { VotedFor = candidate };
    }

    public void Send(NodeId to, RaftMessage message, Durability after = Durability.HardState)
    {
        Invariant.Check(to != Self, "a server sends itself no messages");
        messages.Add(new OutgoingMessage(to, message, after));
    }

    /// <summary>
    /// The leader of this term says how far the log is committed. Before it has committed an entry of its own term it may
    /// not know that itself (§6.4, step 1), so what it says then does not count.
    /// </summary>
    public void HearOfCommit(LogIndex index)
    {
        if (index > Log.LastIndex || Log.TermAt(index) == Term)
        {
            LeaderCommitIndex = LogIndex.Max(LeaderCommitIndex, index);
        }
    }

    /// <summary>Drops a message. The reason is for the reader of the code; late messages are ordinary.</summary>
    public void Ignore(string reason)
    {
        _ = reason;
        IgnoredMessages++;
    }

    /// <summary>
    /// Whether this server may lead: it votes, and its disk takes writes. One that is being removed may be the only one whose
    /// log is long enough to win: it stands, too, until its removal is committed, without a vote of its own (§4.2.2).
    /// </summary>
    public bool MayStand => CanPersist && (Configuration.IsVoter(Self) || (!IsConfigurationCommitted && Configurations.BeforeLatest.IsVoter(Self)));

    /// <summary>Appends to the log; a configuration in it is in force from now on. True if another one is in force.</summary>
    public bool Append(EntryBatch batch)
    {
        var appended = Log.Append(batch);
        return !appended.IsEmpty && Configurations.Append(appended.Entries);
    }

    public void HearFromLeader() => TicksSinceLeaderContact = 0;

    public void Tick()
    {
        // It counts no further than anyone asks: years may pass.
        TicksSinceLeaderContact = Math.Min(TicksSinceLeaderContact + 1, Options.ElectionTicks);
        LocalReads.Tick();
    }

    /// <summary>
    /// The number under which a read is asked of the leader. It is another in each process: an answer to what a server
    /// asked before it restarted must not confirm a later read, for which its index may be too low.
    /// </summary>
    public long ToWireReadId(long readId) => (firstWireReadId + readId) & long.MaxValue;

    public long FromWireReadId(long wireReadId) => (wireReadId - firstWireReadId) & long.MaxValue;

    public void Confirm(ConfirmedRead read) => reads.Add(read);

    public void NeedSnapshot(NodeId peer) => snapshotsNeeded.Add(peer);

    public void Receive(IncomingSnapshotChunk chunk) => snapshotChunks.Add(chunk);

    /// <summary>A wait before the next election, drawn from [ElectionTicks, 2 × ElectionTicks).</summary>
    public int DrawElectionTimeout() => Options.ElectionTicks + random.Next(Options.ElectionTicks);

    public Ready TakeReady(EntryBatch? committed)
    {
        var ready = new Ready
        {
            HardState = HardStateChanged ? HardState : null,
            Messages = messages.Count == 0 ? [] : messages.ToArray(),
            Reads = reads.Count == 0 ? [] : reads.ToArray(),
            SnapshotsNeeded = snapshotsNeeded.Count == 0 ? [] : snapshotsNeeded.ToArray(),
            SnapshotChunks = snapshotChunks.Count == 0 ? [] : snapshotChunks.ToArray(),
            Committed = committed,
        };
        takenHardState = HardState;
        messages.Clear();
        reads.Clear();
        snapshotsNeeded.Clear();
        snapshotChunks.Clear();
        return ready;
    }
}
