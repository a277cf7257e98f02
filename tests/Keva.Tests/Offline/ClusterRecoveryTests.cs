using Keva.Journal.Directories;
using Keva.Node.Offline;
using Keva.Node.State;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Log;
using Keva.Raft.Membership;
using Keva.Raft.Roles;
using Keva.Store;

namespace Keva.Tests.Offline;

public sealed class ClusterRecoveryTests
{
    private static readonly Member Host1 = MemberOf(1);
    private static readonly Member Host2 = MemberOf(2);
    private static readonly Member Host3 = MemberOf(3);
    private static readonly ClusterConfiguration Three = ClusterConfiguration.OfVoters([Host1, Host2, Host3]);

    [Fact]
    public void A_configuration_of_this_node_alone_goes_behind_the_last_entry_in_a_term_that_nobody_had()
    {
        var recovery = Plan(LogOf(term: 9, Three, Command(1, 4), Command(2, 5)));

        var entry = Assert.Single(recovery.Write.Entries!.Entries.ToArray());
        Assert.Equal(new EntryId(new LogIndex(3), new Term(10)), entry.Id);
        Assert.Equal(EntryKind.Configuration, entry.Kind);
        Assert.True(ClusterConfigurationCodec.TryDecode(entry.Payload.Span, out var written));
        Assert.Equal(ClusterConfiguration.OfVoters([Host1]), written);
        Assert.Equal(written, recovery.Configuration);
        Assert.Equal(new HardState(new Term(10), NodeId.None), recovery.Write.HardState);
        Assert.Null(recovery.Write.Reset);
    }

    [Fact]
    public void What_the_directory_tells_is_shown()
    {
        var recovery = Plan(LogOf(term: 9, Three, Command(1, 4), Command(2, 5)), Checkpoint(1, 4, Three));

        var survivor = recovery.Survivor;
        Assert.Equal((Host1.Id, "host1", 0xfeedUL), (survivor.Node, survivor.Name, survivor.Cluster.Value));
        Assert.Equal(Three, survivor.Configuration);
        Assert.Equal(SurvivorRole.Voter, survivor.Role);
        Assert.False(survivor.IsOnlyVoter);
        Assert.Equal(new Term(9), survivor.Term);
        Assert.Equal(EntryId.Zero, survivor.LogStart);
        Assert.Equal(new EntryId(new LogIndex(2), new Term(5)), survivor.LastEntry);
        Assert.Equal(new EntryId(new LogIndex(1), new Term(4)), survivor.Checkpoint);
        Assert.Equal(1, survivor.EntriesBehindCheckpoint);
    }

    [Fact]
    public void The_latest_configuration_in_the_log_says_who_is_a_member_and_where_this_node_is()
    {
        var moved = Host1 with { PeerAddress = "elsewhere:370" };
        var latest = ClusterConfiguration.OfVoters([moved, Host2]);

        var recovery = Plan(LogOf(term: 4, Three, Command(1, 4), Entry(2, 4, latest)));

        Assert.Equal(latest, recovery.Survivor.Configuration);
        Assert.Equal(ClusterConfiguration.OfVoters([moved]), recovery.Configuration);
    }

    [Fact]
    public void A_joint_configuration_ends_in_one_of_this_node_alone()
    {
        var joint = ClusterConfiguration.OfVoters([Host2, Host3]).JointlyWith(Three);

        var recovery = Plan(LogOf(term: 4, Three, Entry(1, 4, joint)));

        Assert.Equal(SurvivorRole.Voter, recovery.Survivor.Role);
        Assert.Equal(ClusterConfiguration.OfVoters([Host1]), recovery.Configuration);
    }

    [Fact]
    public void A_learner_becomes_the_voter()
    {
        var withLearner = ClusterConfiguration.Create([Host1, Host2], [Host2.Id], learners: [Host1.Id]);

        var recovery = Plan(LogOf(term: 4, withLearner));

        Assert.Equal(SurvivorRole.Learner, recovery.Survivor.Role);
        Assert.Equal(ClusterConfiguration.OfVoters([Host1]), recovery.Configuration);
    }

    [Fact]
    public void A_node_that_was_removed_becomes_the_voter_at_the_address_that_it_had_last()
    {
        var recovery = Plan(LogOf(term: 4, Three, Entry(1, 4, ClusterConfiguration.OfVoters([Host2, Host3]))));

        Assert.Equal(SurvivorRole.None, recovery.Survivor.Role);
        Assert.Equal(ClusterConfiguration.OfVoters([Host1]), recovery.Configuration);
    }

    [Fact]
    public void A_node_that_no_configuration_ever_named_is_refused()
    {
        var strangers = ClusterConfiguration.OfVoters([Host2, Host3]);

        var refusal = Assert.Throws<ClusterRecoveryException>(() => Plan(LogOf(term: 4, strangers), first: ReadOnlyMemory<byte>.Empty));

        Assert.Contains("never been a member", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_that_is_the_only_voter_already_is_told_from_one_that_needs_others()
    {
        var alone = ClusterConfiguration.Create([Host1, Host2], [Host1.Id], learners: [Host2.Id]);

        Assert.True(Plan(LogOf(term: 4, alone)).Survivor.IsOnlyVoter);
    }

    [Fact]
    public void A_checkpoint_that_is_ahead_of_the_journal_counts()
    {
        var recovery = Plan(LogOf(term: 4, Three, Command(1, 4)), Checkpoint(20, 7, Three));

        Assert.Equal(new LogReset(new EntryId(new LogIndex(20), new Term(7)), Three), recovery.Write.Reset);
        Assert.Equal(new EntryId(new LogIndex(21), new Term(8)), recovery.Write.Entries!.First);
        Assert.Equal(new HardState(new Term(8), NodeId.None), recovery.Write.HardState);
    }

    [Fact]
    public void A_journal_that_was_never_written_to_begins_with_the_new_configuration()
    {
        var recovery = Plan(new RecoveredLog(HardState.Initial, EntryId.Zero, StartConfiguration: null, []));

        Assert.Equal(Three, recovery.Survivor.Configuration);
        Assert.Equal(new LogReset(EntryId.Zero, recovery.Configuration), recovery.Write.Reset);
        Assert.Equal(new EntryId(new LogIndex(1), new Term(1)), recovery.Write.Entries!.First);
    }

    [Fact]
    public void A_journal_that_was_trimmed_further_than_the_checkpoint_goes_is_refused()
    {
        var trimmed = new RecoveredLog(new HardState(new Term(4), NodeId.None), new EntryId(new LogIndex(10), new Term(4)), Three, []);

        var refusal = Assert.Throws<ClusterRecoveryException>(() => Plan(trimmed, Checkpoint(5, 4, Three)));

        Assert.Contains("the entries between them are missing", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_node_elects_itself_and_commits_all_that_it_has()
    {
        var journal = LogOf(term: 9, Three, Command(1, 4), Command(2, 5));
        var write = Plan(journal).Write;
        var after = new RecoveredLog(write.HardState!.Value, journal.Start, journal.StartConfiguration, [.. journal.Entries, .. write.Entries!.Entries]);
        var server = Recovery.Combine(after, EntryId.Zero, Three);
        var core = new RaftCore(new RaftOptions(), Host1.Id, server.HardState, server.Log, server.Configuration, new Random(1));

        core.Campaign();
        var sequence = 0L;
        for (var round = 0; round < 3; round++)
        {
            // Its own vote, then its first entry: each counts once it is on the disk.
            core.Log.TakeUnwritten(() => ++sequence, (_, _) => { });
            core.OnPersisted(sequence, core.HardState);
        }

        Assert.Equal(RoleKind.Leader, core.Role);
        Assert.Equal(new LogIndex(4), core.Log.CommitIndex);
        Assert.True(core.IsConfigurationCommitted);
    }

    private static ClusterRecovery Plan(RecoveredLog journal, CheckpointLoaded? checkpoint = null, ReadOnlyMemory<byte>? first = null) =>
        ClusterRecovery.Plan(
            new NodeIdentity(Host1.Id, Host1.Name, 0xfeed, first ?? ClusterConfigurationCodec.Encode(Three)),
            journal,
            checkpoint ?? new CheckpointLoaded(new StateMachine(), Configuration: null));

    private static CheckpointLoaded Checkpoint(long index, long term, ClusterConfiguration configuration)
    {
        var state = new StateMachine();
        for (var i = 1L; i <= index; i++)
        {
            state.ApplyEmpty(i, term);
        }

        return new CheckpointLoaded(state, configuration);
    }

    private static RecoveredLog LogOf(long term, ClusterConfiguration atStart, params LogEntry[] entries) =>
        new(new HardState(new Term(term), Host2.Id), EntryId.Zero, atStart, entries);

    private static LogEntry Command(long index, long term) => new(new LogIndex(index), new Term(term), EntryKind.Command, new byte[] { 1 });

    private static LogEntry Entry(long index, long term, ClusterConfiguration configuration) =>
        new(new LogIndex(index), new Term(term), EntryKind.Configuration, ClusterConfigurationCodec.Encode(configuration));

    private static Member MemberOf(int number) => new(new NodeId((ulong)number), $"host{number}", $"host{number}:370", $"host{number}:380");
}
