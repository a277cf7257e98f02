using Keva.Node.Transport;
using Keva.Node.Transport.Codec;
using Keva.Node.Transport.Framing;
using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Membership;
using Keva.Raft.Messages;

namespace Keva.Tests.Transport;

/// <summary>Fixed values of everything that goes over the wire, and how to get their bytes.</summary>
internal static class Samples
{
    public static readonly Member Host1 = new(new NodeId(0x1111111111111111), "host1", "localhost:3700", "localhost:3800");
    public static readonly Member Host2 = new(new NodeId(0x2222222222222222), "host2", "localhost:3701", "localhost:3801");
    public static readonly ClusterConfiguration Configuration = ClusterConfiguration.OfVoters([Host1, Host2]);

    public static readonly PeerHello Unformed = HelloOf(Host1);
    public static readonly PeerHello Formed = Unformed with { Cluster = new ClusterId(0xc1), FirstConfiguration = Configuration };

    /// <summary>One or more of each message, under the name that the golden file gives it.</summary>
    public static IReadOnlyList<(string Name, RaftMessage Message)> Messages { get; } =
    [
        ("PreVoteRequest", new PreVoteRequest(new Term(8), Id(41, 7))),
        ("PreVoteResponse granted", new PreVoteResponse(new Term(8), Granted: true)),
        ("PreVoteResponse refused in term zero", new PreVoteResponse(Term.Zero, Granted: false)),
        ("VoteRequest", new VoteRequest(new Term(8), EntryId.Zero, LeadershipTransfer: true)),
        ("VoteResponse", new VoteResponse(new Term(8), Granted: true)),
        ("TimeoutNow", new TimeoutNow(new Term(300))),
        ("AppendEntriesRequest", new AppendEntriesRequest(new Term(7), Id(40, 6), Entries(), new LogIndex(39))),
        ("AppendEntriesRequest without entries", new AppendEntriesRequest(new Term(7), Id(40, 6), EntryBatch.Empty, new LogIndex(40))),
        ("AppendEntriesAccepted", new AppendEntriesAccepted(new Term(7), new LogIndex(43))),
        ("AppendEntriesRejected", new AppendEntriesRejected(new Term(7), new LogIndex(40), Id(21, 3), new LogIndex(35))),
        ("CommitNotice", new CommitNotice(new Term(7), new LogIndex(43))),
        ("HeartbeatRequest", new HeartbeatRequest(new Term(7), new LogIndex(43), 1000, new StateHashMark(new LogIndex(32), new UInt128(0xaabb, 0xccdd)))),
        ("HeartbeatResponse", new HeartbeatResponse(new Term(7), 1000, new LogIndex(42), StateHashMark.None, CanPersist: true)),
        ("InstallSnapshotRequest", new InstallSnapshotRequest(new Term(7), Id(40, 6), Configuration, 2, "chunk"u8.ToArray(), IsLast: true)),
        ("InstallSnapshotResponse", new InstallSnapshotResponse(new Term(7), Id(40, 6), 3, Installed: true)),
        ("ForwardProposals", new ForwardProposals(new Term(7), [Proposal(5, 1, "one"), Proposal(5, 2, ""), Proposal(6, 1, "three")])),
        ("ForwardRefused", new ForwardRefused(new Term(7), new Term(6), [new ProposalId(5, 1), new ProposalId(5, 2)], ProposalRefusal.Busy)),
        ("ReadIndexRequest", new ReadIndexRequest(new Term(7), 12)),
        ("ReadIndexResponse", new ReadIndexResponse(new Term(7), 12, new LogIndex(43), Confirmed: true)),
        ("ForwardChange", new ForwardChange(new Term(7), 5, new ConfigurationChange([Host1], [Host2.Id], [new NodeId(3)]))),
        ("ForwardChangeAnswer", new ForwardChangeAnswer(new Term(7), 5, ConfigurationRefusal.Invalid, "no voter would be left", IsComplete: false)),
        ("ForwardTransfer", new ForwardTransfer(new Term(7), Host2.Id)),
        ("ForwardTransfer to anyone", new ForwardTransfer(new Term(7), NodeId.None)),
        ("MembershipEnded", new MembershipEnded(new Term(7), Id(43, 6))),
    ];

    public static PeerHello HelloOf(Member member) =>
        new("keva", ClusterId.None, member.Id, member.Name, member.PeerAddress, member.HttpAddress, "0.1.0", FirstConfiguration: null);

    public static EntryId Id(long index, long term) => new(new LogIndex(index), new Term(term));

    public static LogEntry Command(long index, long term, ReadOnlyMemory<byte> payload) =>
        new(new LogIndex(index), new Term(term), EntryKind.Command, payload);

    /// <summary>The body as it is on the wire: what is sent of the message behind the header.</summary>
    public static byte[] BodyOf(RaftMessage message) => FrameOf(PeerMessageCodec.Encode(message))[FrameHeader.Size..];

    public static FrameType TypeOf(RaftMessage message) => PeerMessageCodec.Encode(message).Type;

    public static byte[] FrameOf(in OutgoingFrame frame, byte version = 1, uint group = 0)
    {
        using var batch = new FrameBatch();
        batch.Append(version, new GroupId(group), frame);
        return BytesOf(batch);
    }

    public static byte[] HandshakeOf(in OutgoingFrame frame) => [.. PrefaceBytes(Preface.Own), .. FrameOf(frame, FrameHeader.HandshakeVersion)];

    public static byte[] PrefaceBytes(Preface preface)
    {
        var bytes = new byte[Preface.Size];
        preface.Write(bytes);
        return bytes;
    }

    public static byte[] BytesOf(FrameBatch batch) => [.. batch.Segments().SelectMany(segment => segment)];

    /// <summary>Equal by content: payloads are memories, which compare by place.</summary>
    public static void AssertSame(RaftMessage expected, RaftMessage actual)
    {
        Assert.Equal(expected.GetType(), actual.GetType());
        Assert.Equal(expected.Term, actual.Term);
        Assert.Equal(BodyOf(expected), BodyOf(actual));
        switch (expected, actual)
        {
            case (AppendEntriesRequest left, AppendEntriesRequest right):
                Assert.Equal((left.Previous, left.CommitIndex, left.Entries.Count), (right.Previous, right.CommitIndex, right.Entries.Count));
                Assert.Equal(left.Entries.Encoded.ToArray(), right.Entries.Encoded.ToArray());
                break;
            case (InstallSnapshotRequest left, InstallSnapshotRequest right):
                Assert.Equal(left with { Data = default }, right with { Data = default });
                Assert.Equal(left.Data.ToArray(), right.Data.ToArray());
                break;
            case (ForwardProposals left, ForwardProposals right):
                Assert.Equal(left.Proposals.Select(proposal => proposal.Id), right.Proposals.Select(proposal => proposal.Id));
                Assert.Equal(left.Proposals.Select(proposal => proposal.Payload.ToArray()), right.Proposals.Select(proposal => proposal.Payload.ToArray()));
                break;
            case (ForwardChange left, ForwardChange right):
                Assert.Equal(left.RequestId, right.RequestId);
                Assert.Equal(left.Change.Put.ToArray(), right.Change.Put.ToArray());
                Assert.Equal(left.Change.Promote.ToArray(), right.Change.Promote.ToArray());
                Assert.Equal(left.Change.Remove.ToArray(), right.Change.Remove.ToArray());
                break;
            case (ForwardRefused left, ForwardRefused right):
                Assert.Equal(left.Proposals, right.Proposals);
                Assert.Equal((left.ProposedFor, left.Reason), (right.ProposedFor, right.Reason));
                break;
            default:
                Assert.Equal(expected, actual);
                break;
        }
    }

    private static Proposal Proposal(ulong session, ulong sequence, string payload) =>
        new(new ProposalId(session, sequence), System.Text.Encoding.UTF8.GetBytes(payload));

    private static EntryBatch Entries() => new(
    [
        Command(41, 6, "set"u8.ToArray()),
        new LogEntry(new LogIndex(42), new Term(7), EntryKind.NoOperation, default),
        new LogEntry(new LogIndex(43), new Term(7), EntryKind.Configuration, ClusterConfigurationCodec.Encode(Configuration)),
    ]);
}
