using Keva.Raft;
using Keva.Raft.Membership;
using Keva.Raft.Reads;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Reads;

public sealed class ReadIndexQueueTests
{
    private static readonly ClusterConfiguration Three = ServerUnderTest.Voters(1, 2, 3);

    private readonly ReadIndexQueue queue = new(ServerUnderTest.Node(1));

    [Fact]
    public void A_read_is_confirmed_at_the_commit_index_of_its_rounds_beginning()
    {
        queue.Add(Own(7));
        Begin(commit: 5);
        queue.OnAnswer(ServerUnderTest.Node(2), 1);

        Assert.Equal([(Own(7), new LogIndex(5))], queue.TakeConfirmed(Three));
    }

    [Fact]
    public void A_read_is_not_confirmed_before_a_quorum_answers()
    {
        queue.Add(Own(7));
        Begin(commit: 5);

        Assert.Empty(queue.TakeConfirmed(Three));
    }

    [Fact]
    public void A_read_that_arrives_after_a_round_began_does_not_join_it()
    {
        Begin(commit: 5);
        queue.Add(Own(7));
        queue.OnAnswer(ServerUnderTest.Node(2), 1);
        Assert.Empty(queue.TakeConfirmed(Three));

        Begin(commit: 6);
        queue.OnAnswer(ServerUnderTest.Node(2), 2);
        Assert.Equal([(Own(7), new LogIndex(6))], queue.TakeConfirmed(Three));
    }

    [Fact]
    public void An_answer_to_a_later_round_confirms_the_earlier_ones_each_at_its_own_index()
    {
        queue.Add(Own(1));
        Begin(commit: 5);
        queue.Add(new ReadRequester(ServerUnderTest.Node(3), 2));
        Begin(commit: 6);
        queue.OnAnswer(ServerUnderTest.Node(3), 2);

        Assert.Equal(
            [(Own(1), new LogIndex(5)), (new ReadRequester(ServerUnderTest.Node(3), 2), new LogIndex(6))],
            queue.TakeConfirmed(Three));
    }

    [Fact]
    public void A_late_answer_to_an_earlier_round_does_not_take_a_later_one_back()
    {
        Begin(commit: 5);
        queue.Add(Own(1));
        Begin(commit: 6);
        queue.OnAnswer(ServerUnderTest.Node(2), 2);
        queue.OnAnswer(ServerUnderTest.Node(2), 1);

        Assert.Single(queue.TakeConfirmed(Three));
    }

    [Fact]
    public void Both_halves_of_a_joint_configuration_must_answer()
    {
        var members = Enumerable.Range(1, 5).Select(number => new Member(ServerUnderTest.Node(number), "", "", ""));
        var joint = ClusterConfiguration.Create(
            members,
            new[] { 1, 4, 5 }.Select(ServerUnderTest.Node),
            new[] { 1, 2, 3 }.Select(ServerUnderTest.Node));
        queue.Add(Own(1));
        Begin(commit: 5);
        queue.OnAnswer(ServerUnderTest.Node(2), 1);
        Assert.Empty(queue.TakeConfirmed(joint));

        queue.OnAnswer(ServerUnderTest.Node(5), 1);
        Assert.Single(queue.TakeConfirmed(joint));
    }

    [Fact]
    public void The_lease_starts_when_the_latest_answered_round_was_begun()
    {
        queue.BeginRound(LogIndex.Zero, TimeSpan.FromSeconds(1));
        queue.BeginRound(LogIndex.Zero, TimeSpan.FromSeconds(2));
        Assert.Empty(queue.TakeConfirmed(Three));
        Assert.Null(queue.LeaseStart);

        queue.OnAnswer(ServerUnderTest.Node(3), 1);
        Assert.Empty(queue.TakeConfirmed(Three));
        Assert.Equal(TimeSpan.FromSeconds(1), queue.LeaseStart);
    }

    [Fact]
    public void Rounds_under_way_are_those_that_no_quorum_answered()
    {
        Begin(commit: 1);
        Begin(commit: 1);
        Assert.Equal(2, queue.RoundsUnderWay);

        queue.OnAnswer(ServerUnderTest.Node(3), 1);
        Assert.Empty(queue.TakeConfirmed(Three));
        Assert.Equal(1, queue.RoundsUnderWay);
    }

    private static ReadRequester Own(long readId) => new(NodeId.None, readId);

    private void Begin(long commit) => queue.BeginRound(new LogIndex(commit), TimeSpan.Zero);
}
