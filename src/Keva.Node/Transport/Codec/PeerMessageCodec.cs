using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Keva.Node.Transport.Framing;
using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Messages;

namespace Keva.Node.Transport.Codec;

/// <summary>
/// Raft messages to and from the bodies of frames (<c>peer.proto</c>, docs/PROTOCOL.md). Decoding is strict: what it lets
/// through has all its parts, numbers in their ranges, and keeps the rules that the records state. A peer can thus bring
/// no message to the core that a correct server would not send in some state.
/// </summary>
internal static class PeerMessageCodec
{
    /// <summary>The form of the message for the wire. Payloads are pointed to, not copied.</summary>
    public static OutgoingFrame Encode(RaftMessage message) => message switch
    {
        HeartbeatRequest heartbeat => new(FrameType.HeartbeatRequest, ToWire(heartbeat)),
        HeartbeatResponse heartbeat => new(FrameType.HeartbeatResponse, ToWire(heartbeat)),
        AppendEntriesRequest append => new(FrameType.AppendEntriesRequest, ToWire(append), TailOf(append.Entries)),
        CommitNotice notice => new(FrameType.CommitNotice, ToWire(notice)),
        AppendEntriesAccepted accepted => new(FrameType.AppendEntriesAccepted, ToWire(accepted)),
        AppendEntriesRejected rejected => new(FrameType.AppendEntriesRejected, ToWire(rejected)),
        ForwardProposals forward => ForwardingCodec.Encode(forward),
        ForwardRefused refused => ForwardingCodec.Encode(refused),
        ReadIndexRequest read => new(FrameType.ReadIndexRequest, ToWire(read)),
        ReadIndexResponse read => new(FrameType.ReadIndexResponse, ToWire(read)),
        PreVoteRequest vote => new(FrameType.PreVoteRequest, ToWire(vote)),
        PreVoteResponse vote => new(FrameType.PreVoteResponse, new Wire.PreVoteResponse { Term = vote.Term.Value, Granted = vote.Granted }),
        VoteRequest vote => new(FrameType.VoteRequest, ToWire(vote)),
        VoteResponse vote => new(FrameType.VoteResponse, new Wire.VoteResponse { Term = vote.Term.Value, Granted = vote.Granted }),
        TimeoutNow timeout => new(FrameType.TimeoutNow, new Wire.TimeoutNow { Term = timeout.Term.Value }),
        ForwardChange change => MembershipCodec.Encode(change),
        ForwardChangeAnswer answer => MembershipCodec.Encode(answer),
        ForwardTransfer transfer => MembershipCodec.Encode(transfer),
        MembershipEnded ended => MembershipCodec.Encode(ended),
        InstallSnapshotRequest install => SnapshotCodec.Encode(install),
        InstallSnapshotResponse install => SnapshotCodec.Encode(install),
        _ => throw new ArgumentException($"{message.GetType().Name} has no form on the wire", nameof(message)),
    };

    /// <summary>
    /// Reads the body of a frame. Payloads of the message point into <paramref name="body"/>, which must not change after
    /// that. False with the reason for anything that is not exactly one valid message of this type.
    /// </summary>
    public static bool TryDecode(
        FrameType type,
        ReadOnlyMemory<byte> body,
        [NotNullWhen(true)] out RaftMessage? message,
        out string problem)
    {
        var checks = new FieldChecks();
        message = null;
        try
        {
            message = Decode(type, body, ref checks);
        }
        catch (InvalidProtocolBufferException)
        {
            checks.Require(condition: false, "it is not a protobuf message");
        }

        problem = checks.Problem is null ? "" : $"malformed {type}: {checks.Problem}";
        message = checks.Problem is null ? message : null;
        return message is not null;
    }

    /// <summary>
    /// Parses a message that may neither have fields that this version does not know nor say anything twice or in another
    /// way than this version would: ignoring what a peer says about its log or its vote could be unsafe.
    /// </summary>
    internal static T ParseExactly<T>(MessageParser<T> parser, ReadOnlySpan<byte> bytes, ref FieldChecks checks)
        where T : IMessage<T>
    {
        var wire = parser.ParseFrom(bytes);
        checks.Require(IsWrittenAs(wire, bytes), "it has unknown, doubled or oddly written fields");
        return wire;
    }

    // The length alone does not tell: a list of one element is shorter unpacked, which leaves room for an unknown field.
    private static bool IsWrittenAs(IMessage wire, ReadOnlySpan<byte> bytes)
    {
        const int OnStack = 256;
        if (wire.CalculateSize() != bytes.Length)
        {
            return false;
        }

        if (bytes.Length <= OnStack)
        {
            Span<byte> small = stackalloc byte[OnStack];
            wire.WriteTo(small[..bytes.Length]);
            return small[..bytes.Length].SequenceEqual(bytes);
        }

        var large = ArrayPool<byte>.Shared.Rent(bytes.Length);
        wire.WriteTo(large.AsSpan(0, bytes.Length));
        var isSame = large.AsSpan(0, bytes.Length).SequenceEqual(bytes);
        ArrayPool<byte>.Shared.Return(large);
        return isSame;
    }

    private static RaftMessage? Decode(FrameType type, ReadOnlyMemory<byte> body, ref FieldChecks checks)
    {
        switch (type)
        {
            case FrameType.HeartbeatRequest:
                return FromWire(ParseExactly(Parsers.HeartbeatRequest, body.Span, ref checks), ref checks);
            case FrameType.HeartbeatResponse:
                return FromWire(ParseExactly(Parsers.HeartbeatResponse, body.Span, ref checks), ref checks);
            case FrameType.AppendEntriesRequest:
                return DecodeAppendEntries(body, ref checks);
            case FrameType.AppendEntriesAccepted:
                return FromWire(ParseExactly(Parsers.AppendEntriesAccepted, body.Span, ref checks), ref checks);
            case FrameType.AppendEntriesRejected:
                return FromWire(ParseExactly(Parsers.AppendEntriesRejected, body.Span, ref checks), ref checks);
            case FrameType.CommitNotice:
                return FromWire(ParseExactly(Parsers.CommitNotice, body.Span, ref checks), ref checks);
            case FrameType.ForwardProposals:
                return ForwardingCodec.DecodeProposals(body, ref checks);
            case FrameType.ForwardRefused:
                return ForwardingCodec.DecodeRefused(body, ref checks);
            case FrameType.ReadIndexRequest:
                return FromWire(ParseExactly(Parsers.ReadIndexRequest, body.Span, ref checks), ref checks);
            case FrameType.ReadIndexResponse:
                return FromWire(ParseExactly(Parsers.ReadIndexResponse, body.Span, ref checks), ref checks);
            case FrameType.PreVoteRequest:
                return FromWire(ParseExactly(Parsers.PreVoteRequest, body.Span, ref checks), ref checks);
            case FrameType.PreVoteResponse:
                return FromWire(ParseExactly(Parsers.PreVoteResponse, body.Span, ref checks), ref checks);
            case FrameType.VoteRequest:
                return FromWire(ParseExactly(Parsers.VoteRequest, body.Span, ref checks), ref checks);
            case FrameType.VoteResponse:
                return FromWire(ParseExactly(Parsers.VoteResponse, body.Span, ref checks), ref checks);
            case FrameType.ForwardChange:
                return MembershipCodec.DecodeChange(body, ref checks);
            case FrameType.ForwardChangeAnswer:
                return MembershipCodec.DecodeAnswer(body, ref checks);
            case FrameType.ForwardTransfer:
                return MembershipCodec.DecodeTransfer(body, ref checks);
            case FrameType.MembershipEnded:
                return MembershipCodec.DecodeEnded(body, ref checks);
            case FrameType.TimeoutNow:
                return new TimeoutNow(checks.PositiveTerm(ParseExactly(Parsers.TimeoutNow, body.Span, ref checks).Term));
            case FrameType.InstallSnapshotRequest:
                return SnapshotCodec.DecodeRequest(body, ref checks);
            case FrameType.InstallSnapshotResponse:
                return SnapshotCodec.DecodeResponse(body, ref checks);
            default:
                checks.Require(condition: false, "no message of this type can come here");
                return null;
        }
    }

    private static Wire.HeartbeatRequest ToWire(HeartbeatRequest message) => new()
    {
        Term = message.Term.Value,
        CommitIndex = message.CommitIndex.Value,
        Round = message.Round,
        HashIndex = message.StateHash.Index.Value,
        HashHigh = (ulong)(message.StateHash.Hash >> 64),
        HashLow = (ulong)message.StateHash.Hash,
    };

    private static HeartbeatRequest FromWire(Wire.HeartbeatRequest wire, ref FieldChecks checks) => new(
        checks.PositiveTerm(wire.Term),
        checks.Index(wire.CommitIndex, "the commit index"),
        checks.Number(wire.Round, "the round"),
        checks.StateHash(wire.HashIndex, wire.HashHigh, wire.HashLow));

    private static Wire.HeartbeatResponse ToWire(HeartbeatResponse message) => new()
    {
        Term = message.Term.Value,
        Round = message.Round,
        AppliedIndex = message.AppliedIndex.Value,
        HashIndex = message.StateHash.Index.Value,
        HashHigh = (ulong)(message.StateHash.Hash >> 64),
        HashLow = (ulong)message.StateHash.Hash,
        CanPersist = message.CanPersist,
    };

    private static HeartbeatResponse FromWire(Wire.HeartbeatResponse wire, ref FieldChecks checks) => new(
        checks.PositiveTerm(wire.Term),
        checks.Number(wire.Round, "the round"),
        checks.Index(wire.AppliedIndex, "the applied index"),
        checks.StateHash(wire.HashIndex, wire.HashHigh, wire.HashLow),
        wire.CanPersist);

    private static Wire.CommitNotice ToWire(CommitNotice message) => new()
    {
        Term = message.Term.Value,
        CommitIndex = message.CommitIndex.Value,
    };

    private static CommitNotice FromWire(Wire.CommitNotice wire, ref FieldChecks checks) => new(
        checks.PositiveTerm(wire.Term),
        checks.Index(wire.CommitIndex, "the commit index"));

    private static Wire.AppendEntriesRequest ToWire(AppendEntriesRequest message) => new()
    {
        Term = message.Term.Value,
        PreviousIndex = message.Previous.Index.Value,
        PreviousTerm = message.Previous.Term.Value,
        CommitIndex = message.CommitIndex.Value,
    };

    private static ReadOnlyMemory<byte> TailOf(EntryBatch entries) => entries.IsEmpty ? default : entries.Encoded;

    private static AppendEntriesRequest? DecodeAppendEntries(ReadOnlyMemory<byte> body, ref FieldChecks checks)
    {
        if (!TailField.TrySplit(body, out var head, out var tail))
        {
            checks.Require(condition: false, "its parts do not add up");
            return null;
        }

        var wire = ParseExactly(Parsers.AppendEntriesRequest, head.Span, ref checks);
        var term = checks.PositiveTerm(wire.Term);
        var previous = checks.Entry(wire.PreviousIndex, wire.PreviousTerm, term, "the previous entry");
        var entries = EntryBatch.Empty;
        if (!tail.IsEmpty)
        {
            checks.Require(EntryBatch.TryDecode(tail, out entries) && !entries.IsEmpty, "the entries are malformed");
            CheckEntries(entries, previous, term, ref checks);
        }

        return new AppendEntriesRequest(term, previous, entries, checks.Index(wire.CommitIndex, "the commit index"));
    }

    private static void CheckEntries(EntryBatch entries, EntryId previous, Term term, ref FieldChecks checks)
    {
        if (entries.IsEmpty)
        {
            return;
        }

        checks.Require(entries.First.Index - 1 == previous.Index, "the entries do not follow the previous entry");
        checks.Require(entries.First.Term >= previous.Term, "the entries are of an earlier term than the previous entry");
        checks.Require(entries.Last.Term <= term, "the entries are of a later term than the message");
        checks.Index(entries.Last.Index.Value, "the last entry's index");
        foreach (ref readonly var entry in entries.Entries)
        {
            if (entry.Kind == EntryKind.Configuration)
            {
                checks.Configuration(entry.Payload.Span);
            }
        }
    }

    private static Wire.AppendEntriesAccepted ToWire(AppendEntriesAccepted message) => new()
    {
        Term = message.Term.Value,
        MatchIndex = message.MatchIndex.Value,
    };

    private static AppendEntriesAccepted FromWire(Wire.AppendEntriesAccepted wire, ref FieldChecks checks) => new(
        checks.PositiveTerm(wire.Term),
        checks.Index(wire.MatchIndex, "the match index"));

    private static Wire.AppendEntriesRejected ToWire(AppendEntriesRejected message) => new()
    {
        Term = message.Term.Value,
        RejectedPrevious = message.RejectedPrevious.Value,
        HintIndex = message.Hint.Index.Value,
        HintTerm = message.Hint.Term.Value,
        LastIndex = message.LastIndex.Value,
    };

    private static AppendEntriesRejected FromWire(Wire.AppendEntriesRejected wire, ref FieldChecks checks)
    {
        var term = checks.PositiveTerm(wire.Term);
        var message = new AppendEntriesRejected(
            term,
            checks.Index(wire.RejectedPrevious, "the rejected index"),
            checks.Entry(wire.HintIndex, wire.HintTerm, term, "the hint"),
            checks.Index(wire.LastIndex, "the last index"));
        checks.Require(message.Hint.Index <= message.RejectedPrevious, "the hint lies behind the rejected index");
        checks.Require(message.Hint.Index <= message.LastIndex, "the hint lies behind the end of the log");
        return message;
    }

    private static Wire.ReadIndexRequest ToWire(ReadIndexRequest message) => new()
    {
        Term = message.Term.Value,
        ReadId = message.ReadId,
    };

    private static ReadIndexRequest FromWire(Wire.ReadIndexRequest wire, ref FieldChecks checks) => new(
        checks.PositiveTerm(wire.Term),
        checks.Number(wire.ReadId, "the read's number"));

    private static Wire.ReadIndexResponse ToWire(ReadIndexResponse message) => new()
    {
        Term = message.Term.Value,
        ReadId = message.ReadId,
        ReadIndex = message.ReadIndex.Value,
        Confirmed = message.Confirmed,
    };

    private static ReadIndexResponse FromWire(Wire.ReadIndexResponse wire, ref FieldChecks checks) => new(
        checks.PositiveTerm(wire.Term),
        checks.Number(wire.ReadId, "the read's number"),
        checks.Index(wire.ReadIndex, "the read index"),
        wire.Confirmed);

    private static Wire.PreVoteRequest ToWire(PreVoteRequest message) => new()
    {
        Term = message.Term.Value,
        LastIndex = message.LastEntry.Index.Value,
        LastTerm = message.LastEntry.Term.Value,
    };

    private static PreVoteRequest FromWire(Wire.PreVoteRequest wire, ref FieldChecks checks)
    {
        var term = checks.PositiveTerm(wire.Term);
        return new PreVoteRequest(term, LastEntryOfCandidate(wire.LastIndex, wire.LastTerm, term, ref checks));
    }

    private static PreVoteResponse FromWire(Wire.PreVoteResponse wire, ref FieldChecks checks)
    {
        // A server that was just made is in term zero, and refuses in it.
        checks.Require(wire.Term > 0 || !wire.Granted, "the term is missing");
        return new PreVoteResponse(new Term(checks.Number(wire.Term, "the term")), wire.Granted);
    }

    private static Wire.VoteRequest ToWire(VoteRequest message) => new()
    {
        Term = message.Term.Value,
        LastIndex = message.LastEntry.Index.Value,
        LastTerm = message.LastEntry.Term.Value,
        LeadershipTransfer = message.LeadershipTransfer,
    };

    private static VoteRequest FromWire(Wire.VoteRequest wire, ref FieldChecks checks)
    {
        var term = checks.PositiveTerm(wire.Term);
        var last = LastEntryOfCandidate(wire.LastIndex, wire.LastTerm, term, ref checks);
        return new VoteRequest(term, last, wire.LeadershipTransfer);
    }

    private static VoteResponse FromWire(Wire.VoteResponse wire, ref FieldChecks checks) =>
        new(checks.PositiveTerm(wire.Term), wire.Granted);

    // A candidate stands in a term above all that it has seen, so above those in its log (§3.4).
    private static EntryId LastEntryOfCandidate(long index, long entryTerm, Term term, ref FieldChecks checks)
    {
        var last = checks.Entry(index, entryTerm, term, "the last entry");
        checks.Require(last.Term < term, "the candidate's log has entries of the term that it stands in");
        return last;
    }
}
