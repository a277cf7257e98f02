using Google.Protobuf;
using Keva.Node.Transport.Codec;
using Keva.Node.Transport.Framing;
using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Messages;
using Wire = Keva.Node.Transport.Wire;

namespace Keva.Tests.Transport;

public sealed class PeerMessageCodecTests
{
    public static TheoryData<string> MessageNames => [.. Samples.Messages.Select(sample => sample.Name)];

    [Theory]
    [MemberData(nameof(MessageNames))]
    public void A_message_reads_back_as_it_was_written(string name)
    {
        var message = Find(name);

        Assert.True(PeerMessageCodec.TryDecode(Samples.TypeOf(message), Samples.BodyOf(message), out var decoded, out var problem), problem);

        Samples.AssertSame(message, decoded);
    }

    [Fact]
    public void Every_message_of_the_core_has_a_sample_and_so_a_form_on_the_wire()
    {
        var all = typeof(RaftMessage).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(RaftMessage)));

        Assert.Equal(
            all.Select(type => type.Name).Order(StringComparer.Ordinal),
            Samples.Messages.Select(sample => sample.Message.GetType().Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(MessageNames))]
    public void A_shortened_message_is_refused_or_is_a_valid_shorter_one(string name)
    {
        var message = Find(name);
        var body = Samples.BodyOf(message);

        for (var length = 0; length < body.Length; length++)
        {
            if (PeerMessageCodec.TryDecode(Samples.TypeOf(message), body.AsMemory(0, length), out var decoded, out var problem))
            {
                // Leaving out a last field makes another message, never the same one.
                Assert.Equal(body[..length], Samples.BodyOf(decoded));
            }
            else
            {
                Assert.StartsWith("malformed", problem, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void The_whole_body_is_plain_protobuf_that_other_programs_can_read()
    {
        var message = (AppendEntriesRequest)Find("AppendEntriesRequest");

        var wire = Wire.AppendEntriesRequest.Parser.ParseFrom(Samples.BodyOf(message));

        Assert.Equal(message.Entries.Encoded.ToArray(), wire.Tail.ToByteArray());
        Assert.Equal(wire.ToByteArray(), Samples.BodyOf(message));
    }

    [Fact]
    public void Entries_of_a_received_message_lie_in_the_received_body()
    {
        var message = (AppendEntriesRequest)Find("AppendEntriesRequest");
        var body = Samples.BodyOf(message);

        Assert.True(PeerMessageCodec.TryDecode(FrameType.AppendEntriesRequest, body, out var decoded, out _));

        body.AsSpan().Replace((byte)'s', (byte)'S');
        Assert.Equal("Set"u8.ToArray(), ((AppendEntriesRequest)decoded).Entries[0].Payload.ToArray());
    }

    [Fact]
    public void An_unknown_type_is_refused()
    {
        Assert.False(PeerMessageCodec.TryDecode((FrameType)99, Array.Empty<byte>(), out _, out var problem));
        Assert.Contains("99", problem, StringComparison.Ordinal);
        Assert.False(PeerMessageCodec.TryDecode(FrameType.Greeting, Array.Empty<byte>(), out _, out _));
    }

    [Fact]
    public void A_field_that_this_version_does_not_know_is_refused()
    {
        byte[] body = [.. Samples.BodyOf(Find("HeartbeatRequest")), (14 << 3) | 0, 1];

        AssertRefused(FrameType.HeartbeatRequest, body, "unknown");
    }

    [Fact]
    public void An_unknown_field_is_refused_where_lists_of_one_element_are_written_shorter_to_make_room_for_it()
    {
        byte[] sessions = [(2 << 3) | 1, 5, 0, 0, 0, 0, 0, 0, 0]; // not packed: 9 bytes where packed it would be 10
        byte[] sequences = [(3 << 3) | 1, 1, 0, 0, 0, 0, 0, 0, 0];
        byte[] unknown = [(6 << 3) | 0, 1];
        byte[] body = [1 << 3, 7, .. sessions, .. sequences, 4 << 3, 2, 5 << 3, 6, .. unknown];

        AssertRefused(FrameType.ForwardRefused, body, "unknown");
    }

    [Theory]
    [InlineData((byte)FrameType.CommitNotice, new byte[] { 2 << 3, 43, 1 << 3, 7 })] // the fields in another order
    [InlineData((byte)FrameType.VoteResponse, new byte[] { 1 << 3, 7, 2 << 3, 42 })] // 42 for true
    public void A_message_written_in_another_way_of_the_same_length_is_refused(byte type, byte[] body) =>
        AssertRefused((FrameType)type, body, "oddly");

    [Fact]
    public void A_field_that_comes_twice_is_refused()
    {
        byte[] body = [.. Samples.BodyOf(Find("TimeoutNow")), .. Samples.BodyOf(Find("TimeoutNow"))];

        AssertRefused(FrameType.TimeoutNow, body, "doubled");
    }

    [Fact]
    public void A_number_in_more_bytes_than_needed_is_refused() =>
        AssertRefused(FrameType.TimeoutNow, [1 << 3, 0x85, 0x00], "oddly");

    [Fact]
    public void Anything_behind_the_tail_is_refused()
    {
        byte[] body = [.. Samples.BodyOf(Find("InstallSnapshotRequest")), 1 << 3, 7];

        AssertRefused(FrameType.InstallSnapshotRequest, body, "add up");
    }

    public static TheoryData<string, RaftMessage> Impossible => new()
    {
        { "the term is missing", new TimeoutNow(Term.Zero) },
        { "out of range: -1", new TimeoutNow(new Term(-1)) },
        { "out of range", new TimeoutNow(new Term(long.MaxValue)) },
        { "out of range", new AppendEntriesAccepted(new Term(1), new LogIndex(-5)) },
        { "out of range", new HeartbeatRequest(new Term(1), LogIndex.Zero, -1, StateHashMark.None) },
        { "hash without an index", new HeartbeatRequest(new Term(1), LogIndex.Zero, 0, new StateHashMark(LogIndex.Zero, 1)) },
        { "term is missing", new PreVoteResponse(Term.Zero, Granted: true) },
        { "only one of index and term", new VoteRequest(new Term(2), Samples.Id(5, 0), LeadershipTransfer: false) },
        { "only one of index and term", new VoteRequest(new Term(2), Samples.Id(0, 1), LeadershipTransfer: false) },
        { "entries of the term", new VoteRequest(new Term(2), Samples.Id(5, 2), LeadershipTransfer: false) },
        { "later term", new PreVoteRequest(new Term(2), Samples.Id(5, 3)) },
        { "do not follow", Append(2, Samples.Id(5, 1), Samples.Command(7, 1, default)) },
        { "do not follow", Append(2, Samples.Id(long.MaxValue >> 1, 1), Samples.Command(1, 1, default)) },
        { "earlier term", Append(2, Samples.Id(5, 2), Samples.Command(6, 1, default)) },
        { "later term", Append(2, Samples.Id(5, 2), Samples.Command(6, 3, default)) },
        { "configuration", Append(2, Samples.Id(5, 2), Samples.Command(6, 2, default) with { Kind = EntryKind.Configuration }) },
        { "entries are malformed", Append(2, Samples.Id(5, 2), Samples.Command(6, 2, default) with { Kind = (EntryKind)3 }) },
        { "behind the rejected", new AppendEntriesRejected(new Term(2), new LogIndex(5), Samples.Id(6, 1), new LogIndex(9)) },
        { "behind the end", new AppendEntriesRejected(new Term(2), new LogIndex(5), Samples.Id(4, 1), new LogIndex(3)) },
        { "covers no entry", Snapshot() with { Snapshot = EntryId.Zero } },
        { "configuration", Snapshot() with { Configuration = Keva.Raft.Membership.ClusterConfiguration.Empty } },
        { "chunk's number", Snapshot() with { ChunkNumber = -1 } },
        { "reason", new ForwardRefused(new Term(1), new Term(1), [], (ProposalRefusal)5) },
        { "reason", new ForwardRefused(new Term(1), new Term(1), [], default) },
        { "term is missing", new ForwardRefused(new Term(1), Term.Zero, [], ProposalRefusal.Busy) },
        { "out of range", new CommitNotice(new Term(1), new LogIndex(-1)) },
        { "read's number", new ReadIndexRequest(new Term(1), -1) },
    };

    [Theory]
    [MemberData(nameof(Impossible), DisableDiscoveryEnumeration = true)]
    public void What_no_correct_server_sends_is_refused(string expectedProblem, RaftMessage message) =>
        AssertRefused(Samples.TypeOf(message), Samples.BodyOf(message), expectedProblem);

    [Fact]
    public void No_entries_are_written_in_one_way_only()
    {
        var wire = new Wire.AppendEntriesRequest { Term = 1, Tail = ByteString.CopyFrom(EntryBatch.Empty.Encoded.Span) };

        AssertRefused(FrameType.AppendEntriesRequest, wire.ToByteArray(), "entries are malformed");
    }

    [Fact]
    public void Proposals_whose_lengths_do_not_add_up_are_refused()
    {
        var wire = new Wire.ForwardProposals { Term = 1, Tail = ByteString.CopyFromUtf8("abc") };
        wire.Sessions.Add(1);
        wire.Sequences.Add(1);
        wire.Lengths.Add(4);
        AssertRefused(FrameType.ForwardProposals, wire.ToByteArray(), "add up");

        wire.Lengths[0] = 3;
        wire.Sequences.Add(2);
        AssertRefused(FrameType.ForwardProposals, wire.ToByteArray(), "differ in length");
    }

    [Fact]
    public void Lists_that_are_too_long_are_refused_by_the_receiver_and_never_sent()
    {
        var wire = new Wire.ForwardRefused { Term = 1, ProposedFor = 1, Reason = 1 };
        wire.Sessions.AddRange(new ulong[ForwardingCodec.MaxProposals + 1]);
        wire.Sequences.AddRange(new ulong[ForwardingCodec.MaxProposals + 1]);
        AssertRefused(FrameType.ForwardRefused, wire.ToByteArray(), "too many");

        var message = new ForwardRefused(new Term(1), new Term(1), new ProposalId[ForwardingCodec.MaxProposals + 1], ProposalRefusal.Busy);
        Assert.Throws<InvariantViolationException>(() => PeerMessageCodec.Encode(message));
    }

    private static RaftMessage Find(string name) => Samples.Messages.Single(sample => sample.Name == name).Message;

    private static AppendEntriesRequest Append(long term, EntryId previous, LogEntry entry) =>
        new(new Term(term), previous, new EntryBatch([entry]), LogIndex.Zero);

    private static InstallSnapshotRequest Snapshot() =>
        (InstallSnapshotRequest)Find("InstallSnapshotRequest");

    private static void AssertRefused(FrameType type, byte[] body, string expectedProblem)
    {
        Assert.False(PeerMessageCodec.TryDecode(type, body, out var message, out var problem));
        Assert.Null(message);
        Assert.Contains(expectedProblem, problem, StringComparison.Ordinal);
    }
}
