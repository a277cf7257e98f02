using Keva.Raft;
using Keva.Raft.Membership;
using Keva.Raft.Quorum;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Quorum;

public sealed class MajorityTests
{
    /// <summary>Indexes of voters 1, 2, 3 …, and what a majority of them has reached.</summary>
    [Theory]
    [InlineData("5", 5)]
    [InlineData("5 3", 3)]
    [InlineData("5 3 1", 3)]
    [InlineData("0 0 9", 0)]
    [InlineData("0 9 9", 9)]
    [InlineData("4 3 2 1", 2)]
    [InlineData("1 9 1 9 9", 9)]
    [InlineData("5 4 3 2 1", 3)]
    [InlineData("6 5 4 3 2 1", 3)]
    [InlineData("7 6 5 4 3 2 1", 4)]
    public void A_majority_has_reached_the_middle(string indexes, long reached)
    {
        var values = indexes.Split(' ').Select(long.Parse).ToArray();
        var configuration = ServerUnderTest.Voters([.. Enumerable.Range(1, values.Length)]);

        Assert.Equal(reached, Majority.ReachedBy(configuration, id => values[(int)id.Value - 1]));
    }

    /// <summary>§4.3: in a joint configuration both majorities are needed. Voters 3, 4, 5 come, 1, 2, 3 go.</summary>
    [Theory]
    [InlineData("9 9 0 0 0", 0)]
    [InlineData("0 0 0 9 9", 0)]
    [InlineData("9 0 9 9 0", 9)]
    [InlineData("9 9 5 7 0", 5)]
    [InlineData("1 2 3 4 5", 2)]
    [InlineData("5 4 3 2 1", 2)]
    public void In_a_joint_configuration_the_lesser_of_two_majorities_counts(string indexes, long reached)
    {
        var values = indexes.Split(' ').Select(long.Parse).ToArray();

        Assert.Equal(reached, Majority.ReachedBy(Joint, id => values[(int)id.Value - 1]));
    }

    /// <summary>Votes of 1, 2, 3 …: + granted, - refused, . not answered.</summary>
    [Theory]
    [InlineData("+", VoteResult.Won)]
    [InlineData(".", VoteResult.Pending)]
    [InlineData("-", VoteResult.Lost)]
    [InlineData("+.", VoteResult.Pending)]
    [InlineData("+-", VoteResult.Lost)]
    [InlineData("++", VoteResult.Won)]
    [InlineData("+..", VoteResult.Pending)]
    [InlineData("+-.", VoteResult.Pending)]
    [InlineData("+-+", VoteResult.Won)]
    [InlineData("--.", VoteResult.Lost)]
    [InlineData("++..", VoteResult.Pending)]
    [InlineData("++--", VoteResult.Lost)]
    [InlineData("+++-", VoteResult.Won)]
    [InlineData("++-.-", VoteResult.Pending)]
    [InlineData("++-+-", VoteResult.Won)]
    [InlineData("---..", VoteResult.Lost)]
    public void An_election_is_won_by_more_than_half_and_lost_when_that_is_out_of_reach(string votes, VoteResult result)
    {
        var configuration = ServerUnderTest.Voters([.. Enumerable.Range(1, votes.Length)]);

        Assert.Equal(result, Majority.Count(configuration, id => VoteOf(votes, id)));
    }

    [Theory]
    [InlineData("++...", VoteResult.Pending)]
    [InlineData("...++", VoteResult.Pending)]
    [InlineData("+.++.", VoteResult.Won)]
    [InlineData("+++--", VoteResult.Lost)]
    [InlineData("--+++", VoteResult.Lost)]
    [InlineData("-++-+", VoteResult.Won)]
    public void A_joint_election_is_won_in_both_halves_and_lost_in_either(string votes, VoteResult result)
    {
        Assert.Equal(result, Majority.Count(Joint, id => VoteOf(votes, id)));
    }

    [Fact]
    public void Nobody_wins_without_voters()
    {
        Assert.Equal(VoteResult.Lost, Majority.Count(ClusterConfiguration.Empty, _ => true));
        Assert.Equal(0, Majority.ReachedBy(ClusterConfiguration.Empty, _ => 9));
    }

    [Fact]
    public void Many_voters_are_counted_like_few()
    {
        var configuration = ServerUnderTest.Voters([.. Enumerable.Range(1, 41)]);

        Assert.Equal(21, Majority.ReachedBy(configuration, id => (long)id.Value));
    }

    [Fact]
    public void The_first_answer_of_each_voter_counts()
    {
        var tally = new VoteTally(ServerUnderTest.Voters(1, 2, 3));
        tally.Record(ServerUnderTest.Node(1), granted: true);
        tally.Record(ServerUnderTest.Node(2), granted: false);
        tally.Record(ServerUnderTest.Node(2), granted: true);
        Assert.Equal(VoteResult.Pending, tally.Result);

        tally.Record(ServerUnderTest.Node(3), granted: true);
        Assert.Equal(VoteResult.Won, tally.Result);
    }

    private static ClusterConfiguration Joint { get; } = ClusterConfiguration.Create(
        Enumerable.Range(1, 5).Select(number => new Member(ServerUnderTest.Node(number), "", "", "")),
        new[] { 3, 4, 5 }.Select(ServerUnderTest.Node),
        new[] { 1, 2, 3 }.Select(ServerUnderTest.Node));

    private static bool? VoteOf(string votes, NodeId id) => votes[(int)id.Value - 1] switch
    {
        '+' => true,
        '-' => false,
        _ => null,
    };
}
