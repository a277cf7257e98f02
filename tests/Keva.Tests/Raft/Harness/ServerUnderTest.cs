using System.Globalization;
using System.Text;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Log;
using Keva.Raft.Membership;
using Keva.Raft.Messages;
using Keva.Raft.Roles;

namespace Keva.Tests.Raft.Harness;

/// <summary>
/// One server with its driver, and a test in place of the disk, the network and the state machine. What the driver asks
/// for is done at once, unless the test holds it back to see what happens before it is done.
/// </summary>
internal sealed class ServerUnderTest : IJournalPort, IPeerPort, IClientPort, IMembershipPort
{
    private readonly List<JournalWrite> unpersisted = [];
    private readonly List<(EntryId Through, ClusterConfiguration Configuration)> trims = [];
    private readonly RaftOptions options;
    private readonly int electionDelay;
    private long lastRead;

    public ServerUnderTest(int number, ServerSetup? setup = null)
    {
        setup ??= new ServerSetup();
        options = setup.Options;
        electionDelay = setup.ElectionDelay;
        Id = Node(number);
        Configuration = setup.Configuration;
        Machine = new StateMachineUnderTest(this);
        Disk.Make(new JournalWrite(GroupId.Zero, 0, setup.HardState, null, setup.Log.Length == 0 ? null : new EntryBatch(EntriesOf(setup.Log))));
        Driver = Start();
    }

    public static RaftOptions Options { get; } = new()
    {
        ElectionTicks = 10,
        HeartbeatTicks = 2,
        SnapshotRetryTicks = 4,
        SnapshotTimeoutTicks = 40,
        TickInterval = TimeSpan.FromMilliseconds(10),
    };

    public NodeId Id { get; }

    public ClusterConfiguration Configuration { get; }

    public RaftDriver Driver { get; private set; }

    public RaftCore Core => Driver.Core;

    public RaftLog Log => Core.Log;

    public Term Term => Core.Term;

    public DiskImage Disk { get; } = new();

    public StateMachineUnderTest Machine { get; }

    /// <summary>What left the server since the last <see cref="TakeSent"/>.</summary>
    public List<(NodeId To, RaftMessage Message)> Sent { get; } = [];

    public List<ConfirmedRead> Reads { get; } = [];

    public List<(string Proposal, ProposalRefusal Reason)> Refused { get; } = [];

    public List<Leadership> LeadershipChanges { get; } = [];

    /// <summary>How requested changes of the configuration ended.</summary>
    public bool HeardThatMembershipEnded { get; private set; }

    public List<(long RequestId, ConfigurationRefusal Refusal, string Problem)> EndedChanges { get; } = [];

    /// <summary>While true, no write becomes durable unless the test calls <see cref="Persist"/>.</summary>
    public bool HoldsWrites { get; set; }

    public IReadOnlyList<JournalWrite> Unpersisted => unpersisted;

    public TimeSpan Now { get; private set; }

    /// <summary>The log as text, an entry a word: <c>1:a</c> is command a of term 1, <c>2:-</c> an entry without command.</summary>
    public string LogText => TextOf(EntriesOf(Log));

    public string AppliedText => TextOf([.. Machine.Applied]);

    public static NodeId Node(int number) => new((ulong)number);

    public static ClusterConfiguration Voters(params int[] numbers) =>
        ClusterConfiguration.OfVoters(numbers.Select(number => new Member(Node(number), $"n{number}", "", "")));

    /// <summary>Entries from text as <see cref="LogText"/> has it, the first at <paramref name="first"/>.</summary>
    public static LogEntry[] EntriesOf(string text, long first = 1)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return [.. words.Select((word, position) =>
        {
            var parts = word.Split(':');
            var kind = parts[1] == "-" ? EntryKind.NoOperation : EntryKind.Command;
            var payload = kind == EntryKind.Command ? Encoding.UTF8.GetBytes(parts[1]) : [];
            return new LogEntry(new LogIndex(first + position), new Term(long.Parse(parts[0], CultureInfo.InvariantCulture)), kind, payload);
        })];
    }

    public static string TextOf(IEnumerable<LogEntry> entries) => string.Join(' ', entries.Select(entry =>
        $"{entry.Term}:{(entry.Kind == EntryKind.Command ? Encoding.UTF8.GetString(entry.Payload.Span) : "-")}"));

    public ServerUnderTest Receive(int from, RaftMessage message) => Do(driver => driver.Receive(Node(from), message, Now));

    public ServerUnderTest Tick(int count = 1)
    {
        for (var i = 0; i < count; i++)
        {
            Now += options.TickInterval;
            var isQuiet = Driver.TicksUntilDue > 1;
            var before = (Sent.Count, Core.Role, Core.HardState, Core.Leader);
            Do(driver => driver.Tick(Now));
            Assert.True(!isQuiet || before == (Sent.Count, Core.Role, Core.HardState, Core.Leader), "a tick does nothing that was not due");
        }

        return this;
    }

    /// <summary>Proposes in the current term.</summary>
    public ServerUnderTest Propose(params string[] commands) => ProposeFor(Term, commands);

    public ServerUnderTest ProposeFor(Term term, params string[] commands) => Do(driver => driver.Propose(term, ProposalsOf(commands)));

    public static Proposal[] ProposalsOf(params string[] commands) =>
        [.. commands.Select(command => new Proposal(IdOf(command), Encoding.UTF8.GetBytes(command)))];

    /// <summary>Asks for a read and returns its number.</summary>
    public long Read(bool lease = false)
    {
        Do(driver => driver.RequestRead(++lastRead, lease, Now));
        return lastRead;
    }

    /// <summary>An input, and all that follows from it and is not held back.</summary>
    public ServerUnderTest Do(Action<RaftDriver> input)
    {
        input(Driver);
        Settle();
        return this;
    }

    /// <summary>Makes the next <paramref name="count"/> writes durable, or all.</summary>
    public ServerUnderTest Persist(int count = int.MaxValue)
    {
        PersistSome(Math.Min(count, unpersisted.Count));
        Settle();
        return this;
    }

    public void Settle()
    {
        do
        {
            Driver.Flush();
        }
        while ((!HoldsWrites && PersistSome(unpersisted.Count)) || Machine.CompleteOne());
    }

    /// <summary>The process dies and starts again: only what is durable is left.</summary>
    public ServerUnderTest Restart()
    {
        unpersisted.Clear();
        trims.Clear();
        Sent.Clear();
        Reads.Clear();
        Refused.Clear();
        Machine.Restart();
        Driver = Start();
        Settle();
        return this;
    }

    public IReadOnlyList<(NodeId To, RaftMessage Message)> TakeSent()
    {
        var taken = Sent.ToArray();
        Sent.Clear();
        return taken;
    }

    /// <summary>Forgets what was sent so far.</summary>
    public ServerUnderTest Forget()
    {
        Sent.Clear();
        return this;
    }

    /// <summary>The messages of one type that were sent, to one server or to anyone.</summary>
    public IReadOnlyList<T> SentOf<T>(int? to = null)
        where T : RaftMessage =>
        [.. Sent.Where(sent => to is null || sent.To == Node(to.Value)).Select(sent => sent.Message).OfType<T>()];

    /// <summary>The one message of a type that was sent.</summary>
    public T TheOne<T>(int? to = null)
        where T : RaftMessage => Assert.Single(SentOf<T>(to));

    void IJournalPort.Write(JournalWrite write) => unpersisted.Add(write);

    void IJournalPort.Trim(GroupId group, EntryId through, ClusterConfiguration configuration)
    {
        trims.Add((through, configuration));
        TrimDisk();
    }

    void IPeerPort.Send(NodeId to, GroupId group, RaftMessage message) => Sent.Add((to, message));

    void IClientPort.ReadConfirmed(ConfirmedRead read) => Reads.Add(read);

    void IClientPort.ProposalsRefused(Term proposedFor, IReadOnlyList<ProposalId> proposals, ProposalRefusal reason) =>
        Refused.AddRange(proposals.Select(id => (CommandOf(id), reason)));

    void IClientPort.LeadershipChanged(Leadership leadership) => LeadershipChanges.Add(leadership);

    void IMembershipPort.ConfigurationChanged(ClusterConfiguration configuration, bool isCommitted)
    {
        // Tests look at the core.
    }

    void IMembershipPort.MembershipEnded() => HeardThatMembershipEnded = true;

    void IMembershipPort.ChangeEnded(long requestId, ConfigurationRefusal refusal, string problem) =>
        EndedChanges.Add((requestId, refusal, problem));

    // A test's command is at most eight characters: its id spells it.
    private static ProposalId IdOf(string command)
    {
        Span<byte> bytes = stackalloc byte[8];
        Encoding.UTF8.GetBytes(command, bytes);
        return new ProposalId(1, BitConverter.ToUInt64(bytes));
    }

    private static string CommandOf(ProposalId id) => Encoding.UTF8.GetString(BitConverter.GetBytes(id.Sequence)).TrimEnd('\0');

    private RaftDriver Start()
    {
        var recovered = Recovery.Combine(Disk.Recover(), Machine.Checkpoint, Configuration);
        var core = new RaftCore(options, Id, recovered.HardState, recovered.Log, recovered.Configuration, new FixedRandom(electionDelay));
        return new RaftDriver(GroupId.Zero, options, core, new RaftPorts(this, this, Machine, Machine, this, this), recovered.Reset);
    }

    private static IEnumerable<LogEntry> EntriesOf(RaftLog log)
    {
        for (var index = log.Start.Index.Next(); index <= log.LastIndex; index = index.Next())
        {
            yield return log[index];
        }
    }

    private bool PersistSome(int count)
    {
        if (count == 0)
        {
            return false;
        }

        var made = unpersisted.GetRange(0, count);
        unpersisted.RemoveRange(0, count);
        made.ForEach(Disk.Make);
        TrimDisk();
        Driver.OnPersisted(made[^1].Sequence);
        return true;
    }

    private void TrimDisk()
    {
        if (unpersisted.Count == 0)
        {
            trims.ForEach(trim => Disk.Trim(trim.Through, trim.Configuration));
            trims.Clear();
        }
    }
}

/// <summary>What a server under test starts from.</summary>
internal sealed record ServerSetup
{
    public RaftOptions Options { get; init; } = ServerUnderTest.Options;

    public ClusterConfiguration Configuration { get; init; } = ServerUnderTest.Voters(1, 2, 3);

    public HardState HardState { get; init; } = HardState.Initial;

    /// <summary>The recovered log, as text; see <see cref="ServerUnderTest.LogText"/>.</summary>
    public string Log { get; init; } = "";

    /// <summary>Ticks beyond <see cref="RaftOptions.ElectionTicks"/> that this server waits before it stands.</summary>
    public int ElectionDelay { get; init; }

    public static ServerSetup InTerm(long term, string log = "", int votedFor = 0) => new()
    {
        HardState = new HardState(new Term(term), ServerUnderTest.Node(votedFor)),
        Log = log,
    };
}

/// <summary>Draws the same number each time.</summary>
internal sealed class FixedRandom(int value) : Random(0)
{
    public override int Next(int maxValue) => Math.Min(value, maxValue - 1);

    public override long NextInt64(long maxValue) => 0;
}
