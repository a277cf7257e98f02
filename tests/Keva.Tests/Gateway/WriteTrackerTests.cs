using Keva.Node.Gateway;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Messages;
using Keva.Store;
using Keva.Store.Commands;

namespace Keva.Tests.Gateway;

public sealed class WriteTrackerTests
{
    private const ulong Session = 42;
    private static readonly NodeId Leader = new(1);
    private static readonly NodeId OtherLeader = new(2);
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(100);

    private readonly WriteTracker<string> tracker = new(new GatewayOptions(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(3), 1000, Session));

    private static ClientWrite Set(string key = "k", int size = 1, WriteRouting routing = WriteRouting.Forward) =>
        new(WriteKind.Set, System.Text.Encoding.UTF8.GetBytes(key), new byte[size], routing);

    private static EntryId At(long index, long term) => new(new LogIndex(index), new Term(term));

    private static ApplyResult Applied(ulong sequence, long revision = 7) =>
        new(new ProposalOrigin(Session, sequence), CommandKind.Set, revision, Existed: false, Previous: default);

    private static ProposalId Id(ulong sequence) => new(Session, sequence);

    private void Lead(NodeId leader, long term, bool self = false) => tracker.OnLeadership(new Leadership(new Term(term), leader), self);

    [Fact]
    public void A_write_is_answered_with_its_revision_once_it_is_applied()
    {
        Lead(Leader, 1);
        Assert.Null(tracker.Add(Set(), "alice", Start));

        var (term, proposals) = tracker.TakeProposals()!.Value;
        var (client, outcome) = Assert.Single(tracker.OnApplied(At(10, 1), [Applied(1, revision: 9)]));

        Assert.Equal(new Term(1), term);
        Assert.Equal(Id(1), Assert.Single(proposals).Id);
        Assert.Equal("alice", client);
        Assert.Null(outcome.Error);
        Assert.Equal(9, outcome.Revision);
        Assert.True(tracker.IsEmpty);
    }

    [Fact]
    public void Writes_that_arrive_together_are_proposed_together_and_in_order()
    {
        Lead(Leader, 1);
        tracker.Add(Set("a"), "a", Start);
        tracker.Add(Set("b"), "b", Start);

        Assert.Equal([Id(1), Id(2)], tracker.TakeProposals()!.Value.Proposals.Select(proposal => proposal.Id));
        Assert.Null(tracker.TakeProposals());
    }

    [Fact]
    public void Without_a_leader_a_write_waits_and_is_refused_for_certain_when_none_is_found()
    {
        tracker.Add(Set(), "alice", Start);

        Assert.Null(tracker.TakeProposals());
        Assert.Empty(tracker.OnTick(Start + TimeSpan.FromSeconds(2.9)));
        var (_, outcome) = Assert.Single(tracker.OnTick(Start + TimeSpan.FromSeconds(3)));
        Assert.Equal(KevaError.NoLeader, outcome.Error!.Error);
        Lead(Leader, 1);
        Assert.Null(tracker.TakeProposals());
    }

    [Fact]
    public void A_write_that_waited_goes_to_the_leader_that_is_found()
    {
        tracker.Add(Set(), "alice", Start);
        Lead(Leader, 3);

        Assert.Equal(new Term(3), tracker.TakeProposals()!.Value.Term);
    }

    [Fact]
    public void A_write_that_was_proposed_and_not_answered_in_time_has_an_unknown_outcome()
    {
        Lead(Leader, 1);
        tracker.Add(Set(), "alice", Start);
        tracker.TakeProposals();

        Assert.Empty(tracker.OnTick(Start + TimeSpan.FromSeconds(4.9)));
        Assert.Equal(KevaError.OutcomeUnknown, Assert.Single(tracker.OnTick(Start + TimeSpan.FromSeconds(5))).Outcome.Error!.Error);
    }

    [Fact]
    public void A_write_that_was_lost_with_its_leader_is_proposed_again_as_soon_as_that_is_certain()
    {
        Lead(Leader, 1);
        tracker.Add(Set(), "alice", Start);
        tracker.TakeProposals();
        Lead(OtherLeader, 2);
        Assert.Null(tracker.TakeProposals());

        Assert.Empty(tracker.OnApplied(At(10, 2), []));

        var (term, proposals) = tracker.TakeProposals()!.Value;
        Assert.Equal(new Term(2), term);
        Assert.Equal(Id(1), Assert.Single(proposals).Id);
    }

    [Fact]
    public void A_write_that_survived_its_leader_is_answered_and_not_proposed_again()
    {
        Lead(Leader, 1);
        tracker.Add(Set(), "alice", Start);
        tracker.TakeProposals();
        Lead(OtherLeader, 2);

        Assert.Single(tracker.OnApplied(At(10, 2), [Applied(1)]));
        Assert.Null(tracker.TakeProposals());
    }

    [Fact]
    public void A_late_refusal_of_an_earlier_attempt_does_not_touch_a_later_one()
    {
        Lead(Leader, 1);
        tracker.Add(Set(), "alice", Start);
        tracker.TakeProposals();
        Lead(OtherLeader, 2);
        tracker.OnApplied(At(10, 2), []);
        tracker.TakeProposals();

        tracker.OnRefused(new Term(1), [Id(1)], ProposalRefusal.NotLeader);
        tracker.OnTick(Start + TimeSpan.FromSeconds(1));

        Assert.Null(tracker.TakeProposals());
        Assert.Single(tracker.OnApplied(At(11, 2), [Applied(1)]));
    }

    [Fact]
    public void A_refusal_by_a_server_that_no_longer_leads_is_tried_again_at_the_next_tick()
    {
        Lead(Leader, 1);
        tracker.Add(Set(), "alice", Start);
        tracker.TakeProposals();

        Assert.Empty(tracker.OnRefused(new Term(1), [Id(1)], ProposalRefusal.NotLeader));
        Assert.Null(tracker.TakeProposals());
        tracker.OnTick(Start + TimeSpan.FromMilliseconds(50));

        Assert.NotNull(tracker.TakeProposals());
    }

    [Theory]
    [InlineData(ProposalRefusal.Busy, KevaError.Busy)]
    [InlineData(ProposalRefusal.DiskFull, KevaError.DiskFull)]
    public void A_refusal_that_the_client_can_act_on_is_its_answer(ProposalRefusal reason, KevaError expected)
    {
        Lead(Leader, 1);
        tracker.Add(Set(), "alice", Start);
        tracker.TakeProposals();

        Assert.Equal(expected, Assert.Single(tracker.OnRefused(new Term(1), [Id(1)], reason)).Outcome.Error!.Error);
        Assert.True(tracker.IsEmpty);
    }

    [Fact]
    public void When_the_state_jumps_only_what_was_proposed_has_an_unknown_outcome()
    {
        Lead(Leader, 1);
        tracker.Add(Set("a"), "proposed", Start);
        tracker.TakeProposals();
        tracker.Add(Set("b"), "waiting", Start);

        var (client, outcome) = Assert.Single(tracker.OnStateReplaced(At(500, 1)));

        Assert.Equal("proposed", client);
        Assert.Equal(KevaError.OutcomeUnknown, outcome.Error!.Error);
        Assert.Equal(Id(2), Assert.Single(tracker.TakeProposals()!.Value.Proposals).Id);
    }

    [Fact]
    public void More_bytes_than_may_wait_are_refused_as_busy_but_one_write_always_fits()
    {
        Assert.Null(tracker.Add(Set(size: 5000), "large", Start));
        Assert.Equal(KevaError.Busy, tracker.Add(Set(), "more", Start)!.Value.Error!.Error);

        tracker.OnTick(Start + TimeSpan.FromSeconds(3));

        Assert.Equal(0, tracker.QueuedBytes);
        Assert.Null(tracker.Add(Set(), "again", Start));
    }

    [Fact]
    public void A_write_for_the_leader_alone_is_refused_on_a_follower_also_when_the_leader_is_found_later()
    {
        Assert.Null(tracker.Add(Set(routing: WriteRouting.LeaderOnly), "early", Start));

        var answers = tracker.OnLeadership(new Leadership(new Term(1), Leader), isSelf: false);

        Assert.Equal(KevaError.NotLeader, Assert.Single(answers).Outcome.Error!.Error);
        Assert.Equal(KevaError.NotLeader, tracker.Add(Set(routing: WriteRouting.LeaderOnly), "late", Start)!.Value.Error!.Error);
        Lead(NodeId.None, 2);
        Lead(Leader, 3, self: true);
        Assert.Null(tracker.Add(Set(routing: WriteRouting.LeaderOnly), "now", Start));
    }

    [Fact]
    public void A_stopping_node_refuses_what_it_has_not_proposed_and_finishes_the_rest()
    {
        Lead(Leader, 1);
        tracker.Add(Set("a"), "proposed", Start);
        tracker.TakeProposals();
        tracker.Add(Set("b"), "waiting", Start);

        Assert.Equal("waiting", Assert.Single(tracker.OnClosing()).Client);
        Assert.False(tracker.IsEmpty);
        Assert.Single(tracker.OnApplied(At(10, 1), [Applied(1)]));
        Assert.True(tracker.IsEmpty);
    }
}
