using Keva.Raft;
using Keva.Raft.Messages;

namespace Keva.Tests.Raft.Harness;

/// <summary>Servers in the states that tests start from, and the answers that a healthy cluster would give.</summary>
internal static class Clusters
{
    /// <summary>Server 1 of three, elected in the next term, its first entry not acknowledged by anyone.</summary>
    public static ServerUnderTest NewLeaderOfThree(ServerSetup? setup = null)
    {
        var server = new ServerUnderTest(1, setup);
        server.Elect();
        return server;
    }

    /// <summary>Server 1 of three, leader of term 1, whose first entry is on all servers and committed.</summary>
    public static ServerUnderTest LeaderOfThree(RaftOptions? options = null)
    {
        var server = NewLeaderOfThree(new ServerSetup { Options = options ?? ServerUnderTest.Options });
        server.AnswerAppends(2).AnswerAppends(3).AnswerHeartbeats(2).AnswerHeartbeats(3);
        return server.Forget();
    }

    /// <summary>Server 1 of three, a follower of server 2.</summary>
    public static ServerUnderTest FollowerOf2(ServerSetup setup)
    {
        var server = new ServerUnderTest(1, setup);
        server.Receive(2, new HeartbeatRequest(setup.HardState.Term, LogIndex.Zero, 1, StateHashMark.None));
        return server.Forget();
    }

    /// <summary>Makes the server stand, and has all others vote for it.</summary>
    public static ServerUnderTest Elect(this ServerUnderTest server)
    {
        server.Stand();
        foreach (var voter in server.Others())
        {
            server.Receive(voter, new VoteResponse(server.Term, Granted: true));
        }

        Assert.True(server.Driver.IsLeader);
        return server;
    }

    /// <summary>Lets the election time-out pass and has all others encourage the server: it becomes a candidate.</summary>
    public static ServerUnderTest Stand(this ServerUnderTest server)
    {
        while (server.Core.Role == Keva.Raft.Roles.RoleKind.Follower)
        {
            server.Tick();
        }

        foreach (var voter in server.Others())
        {
            server.Receive(voter, new PreVoteResponse(server.Term.Next(), Granted: true));
        }

        Assert.Equal(Keva.Raft.Roles.RoleKind.Candidate, server.Core.Role);
        return server;
    }

    /// <summary>Server <paramref name="from"/> has stored all that was sent to it.</summary>
    public static ServerUnderTest AnswerAppends(this ServerUnderTest leader, int from)
    {
        foreach (var request in leader.SentOf<AppendEntriesRequest>(from))
        {
            var match = request.Entries.IsEmpty ? request.Previous.Index : request.Entries.Last.Index;
            leader.Receive(from, new AppendEntriesAccepted(request.Term, match));
        }

        return leader;
    }

    /// <summary>Server <paramref name="from"/> answers the latest heartbeat that was sent to it, or an old one.</summary>
    public static ServerUnderTest AnswerHeartbeats(this ServerUnderTest leader, int from, bool canPersist = true)
    {
        var round = leader.SentOf<HeartbeatRequest>(from).LastOrDefault()?.Round ?? 0;
        return leader.Receive(from, new HeartbeatResponse(leader.Term, round, LogIndex.Zero, StateHashMark.None, canPersist));
    }

    public static IEnumerable<int> Others(this ServerUnderTest server) =>
        server.Configuration.Members.Where(member => member.Id != server.Id).Select(member => (int)member.Id.Value);
}
