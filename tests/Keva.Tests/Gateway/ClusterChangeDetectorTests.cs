using Keva.Node.Gateway;
using Keva.Node.Gateway.Events;
using Keva.Raft;

namespace Keva.Tests.Gateway;

public sealed class ClusterChangeDetectorTests
{
    private static readonly ClusterView Three = Views.Leading("host2");

    private readonly ClusterChangeDetector detector = new();

    [Fact]
    public void The_first_view_with_members_is_one_event_that_names_them()
    {
        Assert.Empty(detector.Observe(Three with { Members = [], Leader = NodeId.None, Term = Term.Zero, IsReady = false }));

        var changes = detector.Observe(Three with { Leader = NodeId.None, Term = Term.Zero, IsReady = false });

        var change = Assert.Single(changes);
        Assert.Equal((ClusterEventKind.MembersKnown, null), (change.Kind, change.Member));
        Assert.Equal("host1 knows the members: host1 (voter), host2 (voter), host3 (voter)", change.Sentence.Replace("leader", "voter", StringComparison.Ordinal));
    }

    [Fact]
    public void A_view_that_says_the_same_with_other_numbers_is_no_event()
    {
        detector.Observe(Three);

        Assert.Empty(detector.Observe(Three with { CommitIndex = 99, AppliedIndex = 99, Members = [.. Three.Members.Select(member => member with { AppliedIndex = 99 })] }));
    }

    [Fact]
    public void Leadership_comes_goes_and_moves()
    {
        detector.Observe(Three with { Leader = NodeId.None, Term = new Term(3) });

        Expect(Three, ClusterEventKind.LeaderElected, "host2", "host2 leads in term 4");
        Expect(Three with { Leader = new NodeId(3), Term = new Term(5) }, ClusterEventKind.LeaderElected, "host3", "host3 leads in term 5; before: host2");
        Expect(
            Three with { Leader = NodeId.None, Term = new Term(5) },
            ClusterEventKind.LeaderLost,
            "host3",
            "host1 has lost its leader host3; term 5; 3 of 3 voters answer, 2 are needed");
        Expect(Three with { Leader = NodeId.None, Term = new Term(6) }, ClusterEventKind.TermChanged, null, "term 6 has begun; nobody leads yet");
    }

    [Fact]
    public void A_member_is_suspected_then_failed_then_back()
    {
        detector.Observe(Three);

        Expect(
            With(Three.Members[2] with { Status = MemberStatus.Failed, IsSuspected = true }),
            ClusterEventKind.MemberSuspected,
            "host3",
            "host3 does not answer host1, but may be alive: the gossip has not given it up; 2 of 3 voters answer, 2 are needed");
        Expect(
            With(Three.Members[2] with { Status = MemberStatus.Failed }),
            ClusterEventKind.MemberFailed,
            "host3",
            "host3 has failed; 2 of 3 voters answer, 2 are needed");
        Expect(Three, ClusterEventKind.MemberRecovered, "host3", "host3 answers again; 3 of 3 voters answer, 2 are needed");
    }

    [Fact]
    public void A_node_joins_learns_votes_moves_and_leaves()
    {
        var fourth = Three.Members[2] with
        {
            Id = new NodeId(4), Name = "host4", PeerAddress = "127.0.0.1:3703", HttpAddress = "127.0.0.1:3803", Role = MemberRole.Learner, Status = MemberStatus.Joining,
        };
        detector.Observe(Three);

        Expect(And(fourth), ClusterEventKind.MemberJoining, "host4", "host4 at 127.0.0.1:3703 wants to become a member");
        var up = fourth with { Status = MemberStatus.Up };
        Expect(And(up), ClusterEventKind.MemberJoined, "host4", "host4 at 127.0.0.1:3703 is a member now; it catches up and does not vote yet");
        var voter = up with { Role = MemberRole.Voter };
        Expect(And(voter), ClusterEventKind.MemberPromoted, "host4", "host4 votes now; 4 of 4 voters answer, 3 are needed");
        var moved = voter with { PeerAddress = "10.0.0.4:3700", HttpAddress = "10.0.0.4:3800" };
        Expect(
            And(moved),
            ClusterEventKind.MemberMoved,
            "host4",
            "host4 has moved: nodes reach it at 10.0.0.4:3700, users at 10.0.0.4:3800 (before: 127.0.0.1:3703, 127.0.0.1:3803)");
        Expect(Three, ClusterEventKind.MemberRemoved, "host4", "host4 is a member no more; 3 of 3 voters answer, 2 are needed");
        Expect(Three with { Departed = [new NodeId(4)] }, ClusterEventKind.MemberLeft, "host4", "host4 has left the cluster");
        Assert.Empty(detector.Observe(Three with { Departed = [] }));
    }

    [Fact]
    public void Who_is_removed_and_says_no_farewell_has_not_left()
    {
        detector.Observe(Three);

        Expect(Three with { Members = [Three.Members[0], Three.Members[1]] }, ClusterEventKind.MemberRemoved, "host3", "host3 is a member no more; 2 of 2 voters answer, 2 are needed");

        // Some other node of before said farewell.
        Assert.Empty(detector.Observe(Three with { Members = [Three.Members[0], Three.Members[1]], Departed = [new NodeId(9)] }));
    }

    [Fact]
    public void A_wiped_node_takes_its_own_old_place()
    {
        detector.Observe(Three);

        Expect(
            With(Three.Members[2] with { Id = new NodeId(9), Role = MemberRole.Learner }),
            ClusterEventKind.MemberReplaced,
            "host3",
            "host3 came back without its data and took its old place; it catches up and does not vote yet");
    }

    [Fact]
    public void The_node_itself_is_ready_or_says_why_not()
    {
        detector.Observe(Three with { IsReady = false, NotReadyReason = "the node is catching up" });

        Expect(Three, ClusterEventKind.NodeReady, "host1", "host1 is ready");
        Expect(Three with { IsReady = false, NotReadyReason = "no leader is known" }, ClusterEventKind.NodeNotReady, "host1", "host1 is not ready: no leader is known");
        Expect(Three with { IsReady = false, IsStopping = true }, ClusterEventKind.NodeStopping, "host1", "host1 is stopping");
    }

    private static ClusterView With(MemberView third) => Three with { Members = [Three.Members[0], Three.Members[1], third] };

    private static ClusterView And(MemberView fourth) => Three with { Members = [.. Three.Members, fourth] };

    private void Expect(ClusterView view, ClusterEventKind kind, string? member, string sentence)
    {
        var change = Assert.Single(detector.Observe(view));
        Assert.Equal((kind, member, sentence), (change.Kind, change.Member, change.Sentence));
    }
}
