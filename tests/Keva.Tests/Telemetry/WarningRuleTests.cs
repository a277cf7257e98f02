using Keva.Journal;
using Keva.Node.Consensus;
using Keva.Node.Gateway;
using Keva.Node.Telemetry.Measuring;
using Keva.Node.Telemetry.Warnings;
using Keva.Tests.Gateway;

namespace Keva.Tests.Telemetry;

public sealed class WarningRuleTests
{
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(200);
    private static readonly VitalSigns Well = new(
        TimeSpan.FromHours(5),
        new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero),
        Views.Leading("host1"),
        new ConsensusStatistics(17, 17, 17, 1_000, 0, 1, CanPersist: true),
        default(JournalStatistics),
        TimeSpan.Zero,
        TimeSpan.FromMilliseconds(1),
        CheckpointFailures: 0,
        new DiskUsage(100L << 30, 200L << 30, 1 << 20, 1 << 20),
        TimeSpan.Zero,
        [("raft", 3), ("store", 0)]);

    private static IWarningRule[] AllRules() =>
    [
        new SlowDiskRule(Slow), new FullDiskRule(), new LowDiskRule(1 << 30), new CheckpointRule(), new MailboxRule(1_000), new LaggingPeerRule(1_000),
        new MissingMemberRule(), new QuorumRule(), new LeaderRule(), new ClockRule(), new PauseRule(),
    ];

    [Fact]
    public void A_node_that_is_well_has_no_warning()
    {
        foreach (var rule in AllRules())
        {
            Assert.Null(Last(rule, Enumerable.Repeat(Well, 100)));
        }
    }

    [Fact]
    public void Every_rule_has_a_code_of_its_own() => Assert.Distinct(AllRules().Select(rule => rule.Code));

    [Fact]
    public void A_slow_synchronisation_is_told_with_its_time()
    {
        var rule = new SlowDiskRule(Slow);
        Assert.Contains("took 640 ms", rule.Judge(Well with { WorstSync = TimeSpan.FromMilliseconds(640) })!.Text, StringComparison.Ordinal);
        Assert.Null(rule.Judge(Well with { WorstSync = TimeSpan.FromMilliseconds(199) }));
    }

    [Fact]
    public void A_synchronisation_that_does_not_end_is_told_before_it_ends()
    {
        var hanging = new JournalStatistics(QueueDepth: 3, Commits: 7, 0, 0, 0, 0, TimeSpan.Zero, IsStalled: false);
        var rule = new SlowDiskRule(Slow);
        Assert.Null(rule.Judge(At(0, Well with { Journal = hanging })));
        Assert.Contains("has not answered for 1.0 s", rule.Judge(At(1, Well with { Journal = hanging }))!.Text, StringComparison.Ordinal);
        Assert.Null(rule.Judge(At(2, Well with { Journal = hanging with { Commits = 8 } })));
    }

    [Fact]
    public void A_disk_that_was_slow_at_the_start_is_told_for_a_minute()
    {
        var slow = Well with { ProbeMedian = TimeSpan.FromMilliseconds(80) };
        var rule = new SlowDiskRule(Slow);
        Assert.Contains("80 ms", rule.Judge(At(0, slow))!.Text, StringComparison.Ordinal);
        Assert.NotNull(rule.Judge(At(59, slow)));
        Assert.Null(rule.Judge(At(61, slow)));
    }

    [Fact]
    public void A_full_disk_is_told()
    {
        var stalled = new JournalStatistics(3, 7, 0, 0, 0, 0, TimeSpan.Zero, IsStalled: true);
        Assert.NotNull(new FullDiskRule().Judge(Well with { Journal = stalled }));
        Assert.Null(Last(new SlowDiskRule(Slow), [At(0, Well with { Journal = stalled }), At(30, Well with { Journal = stalled })]));
    }

    [Fact]
    public void Little_free_space_is_told_with_what_is_left_and_what_we_take()
    {
        var finding = new LowDiskRule(1 << 30).Judge(Well with { Disk = new DiskUsage(500L << 20, 10L << 30, 2048L << 20, 100L << 20) });
        Assert.Contains("500 MiB are free", finding!.Text, StringComparison.Ordinal);
        Assert.Contains("take 2,148 MiB", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_system_that_does_not_answer_is_told() =>
        Assert.NotNull(new LowDiskRule(1 << 30).Judge(Well with { DiskSilence = TimeSpan.FromSeconds(10) }));

    [Fact]
    public void A_checkpoint_that_cannot_be_written_is_told() =>
        Assert.Contains("3 times", new CheckpointRule().Judge(Well with { CheckpointFailures = 3 })!.Text, StringComparison.Ordinal);

    [Fact]
    public void A_mailbox_that_is_full_for_a_moment_is_none_and_one_that_stays_full_is_named()
    {
        var full = Well with { Mailboxes = [("raft", 5_000), ("store", 2)] };
        var rule = new MailboxRule(1_000);
        Assert.Null(rule.Judge(At(0, full)));
        Assert.Null(rule.Judge(At(1, Well)));
        Assert.Null(rule.Judge(At(2, full)));
        Assert.Null(rule.Judge(At(3, full)));
        Assert.Contains("raft (5000).", rule.Judge(At(4, full))!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_peer_far_behind_is_named_by_the_leader_alone()
    {
        var late = Well with { Consensus = Well.Consensus! with { LastIndex = 5_017 } };
        var rule = new LaggingPeerRule(1_000);
        Assert.Null(rule.Judge(At(0, late)));
        Assert.Null(rule.Judge(At(9, late)));
        Assert.Contains("host2 (5000 entries).", rule.Judge(At(10, late))!.Text, StringComparison.Ordinal);
        Assert.Null(Last(new LaggingPeerRule(1_000), Enumerable.Range(0, 60).Select(second => At(second, late with { View = Views.Leading("host2") }))));
    }

    [Fact]
    public void A_member_that_is_gone_is_named_after_a_while_with_what_is_left()
    {
        var rule = new MissingMemberRule();
        var down = Well with { View = Down("host2") };
        Assert.Null(rule.Judge(At(0, down)));
        var finding = rule.Judge(At(5, down));
        Assert.Contains("host2 at 127.0.0.1:3701; 2 of 3 voters answer, 2 are needed", finding!.Text, StringComparison.Ordinal);
        Assert.Null(rule.Judge(At(6, Well)));
    }

    [Fact]
    public void The_last_voter_that_may_not_fail_and_the_one_too_few_are_told_apart()
    {
        var rule = new QuorumRule();
        Assert.Contains("next failure", Last(rule, [At(0, Well with { View = Down("host2") }), At(5, Well with { View = Down("host2") })])!.Text, StringComparison.Ordinal);
        Assert.Contains("no majority", rule.Judge(At(6, Well with { View = Down("host2", "host3") }))!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cluster_of_one_or_two_is_not_blamed_for_its_size()
    {
        foreach (var size in (int[])[1, 2])
        {
            var view = Well.View with { Members = [.. Well.View.Members.Take(size)] };
            Assert.Null(Last(new QuorumRule(), Enumerable.Range(0, 60).Select(second => At(second, Well with { View = view }))));
        }
    }

    [Fact]
    public void An_election_is_no_warning_and_a_lasting_lack_of_a_leader_is()
    {
        var rule = new LeaderRule();
        var leaderless = Well with { View = Views.Leaderless with { NotReadyReason = "no leader is known" } };
        Assert.Null(rule.Judge(At(0, leaderless)));
        Assert.Null(rule.Judge(At(2, leaderless)));
        Assert.Contains("no leader is known", rule.Judge(At(3, leaderless))!.Text, StringComparison.Ordinal);
        Assert.Null(rule.Judge(At(4, leaderless with { View = leaderless.View with { IsStopping = true } })));
    }

    [Theory]
    [InlineData(90, "ahead by 90.0 s")]
    [InlineData(-2.5, "back by 2.5 s")]
    public void A_clock_that_jumps_is_told_for_five_minutes(double seconds, string words)
    {
        var rule = new ClockRule();
        Assert.Null(rule.Judge(At(0)));
        Assert.Null(rule.Judge(At(1)));
        Assert.Contains(words, rule.Judge(Jumped(2))!.Text, StringComparison.Ordinal);
        Assert.NotNull(rule.Judge(Jumped(300)));
        Assert.Null(rule.Judge(Jumped(303)));
        Assert.Equal(1, rule.Jumps);

        VitalSigns Jumped(double second) => At(second) with { WallClock = At(second).WallClock.AddSeconds(seconds) };
    }

    [Fact]
    public void A_clock_that_is_slewed_is_none()
    {
        var rule = new ClockRule();
        Assert.Null(Last(rule, Enumerable.Range(0, 1_000).Select(second => At(second) with { WallClock = At(second).WallClock.AddMilliseconds(second * 5) })));
    }

    [Fact]
    public void A_process_that_stood_still_is_told_with_how_long()
    {
        var rule = new PauseRule();
        Assert.Null(Last(rule, [At(0), At(1), At(2.9)]));
        Assert.Contains("for 6.1 s", rule.Judge(At(10))!.Text, StringComparison.Ordinal);
        Assert.NotNull(Last(rule, Enumerable.Range(11, 299).Select(second => At(second))));
        Assert.Null(rule.Judge(At(310)));
        Assert.Equal(1, rule.Pauses);
    }

    private static Finding? Last(IWarningRule rule, IEnumerable<VitalSigns> looks) =>
        looks.Aggregate(default(Finding), (_, signs) => rule.Judge(signs));

    private static VitalSigns At(double second, VitalSigns? signs = null)
    {
        var passed = TimeSpan.FromSeconds(second);
        return (signs ?? Well) with { Now = Well.Now + passed, WallClock = Well.WallClock + passed };
    }

    private static ClusterView Down(params string[] names) => Well.View with
    {
        Members = [.. Well.View.Members.Select(member => names.Contains(member.Name) ? member with { Status = MemberStatus.Failed } : member)],
    };
}
