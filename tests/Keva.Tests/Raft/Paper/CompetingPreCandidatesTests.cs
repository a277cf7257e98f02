using Keva.Raft;
using Keva.Raft.Messages;
using Keva.Raft.Roles;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Paper;

/// <summary>§3.4 leaves split votes to chance; two that ask for pre-votes (§9.6) at the same moment need not split them.</summary>
public sealed class CompetingPreCandidatesTests
{
    private static readonly Term Four = new(4);
    private static readonly EntryId Last = new(new LogIndex(1), new Term(1));

    [Theory]
    [InlineData(2, 3, RoleKind.Follower)]
    [InlineData(2, 1, RoleKind.PreCandidate)]
    public void Of_two_with_equal_logs_the_one_with_the_lower_id_gives_way(int self, int other, RoleKind expected)
    {
        var server = Asking(self);
        server.Receive(other, new PreVoteRequest(Four, Last));

        Assert.Equal(new PreVoteResponse(Four, Granted: true), server.TheOne<PreVoteResponse>(to: other));
        Assert.Equal((expected, new Term(3)), (server.Core.Role, server.Term));
    }

    [Fact]
    public void The_one_that_gave_way_votes_for_the_other()
    {
        var server = Asking(2).Receive(3, new PreVoteRequest(Four, Last)).Receive(3, new PreVoteResponse(Four, Granted: true));
        server.Receive(3, new VoteRequest(Four, Last, LeadershipTransfer: false));

        Assert.Equal(new VoteResponse(Four, Granted: true), server.TheOne<VoteResponse>(to: 3));
    }

    [Fact]
    public void One_that_is_behind_gives_way_whatever_its_id()
    {
        var server = Asking(2).Receive(1, new PreVoteRequest(Four, new EntryId(new LogIndex(2), new Term(2))));

        Assert.Equal(RoleKind.Follower, server.Core.Role);
    }

    [Fact]
    public void Nobody_gives_way_to_one_that_is_behind()
    {
        var server = Asking(2).Receive(3, new PreVoteRequest(Four, EntryId.Zero));

        Assert.Equal(new PreVoteResponse(new Term(3), Granted: false), server.TheOne<PreVoteResponse>(to: 3));
        Assert.Equal(RoleKind.PreCandidate, server.Core.Role);
    }

    private static ServerUnderTest Asking(int self)
    {
        var server = new ServerUnderTest(self, ServerSetup.InTerm(3, "1:a"));
        server.Tick(ServerUnderTest.Options.ElectionTicks);
        Assert.Equal(RoleKind.PreCandidate, server.Core.Role);
        return server;
    }
}
