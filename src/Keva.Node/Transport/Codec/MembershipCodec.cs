using System.Collections.Immutable;
using Google.Protobuf.Collections;
using Keva.Node.Transport.Framing;
using Keva.Raft;
using Keva.Raft.Membership;
using Keva.Raft.Messages;

namespace Keva.Node.Transport.Codec;

/// <summary>The requests to change who is a member or who leads, to and from the bodies of frames.</summary>
internal static class MembershipCodec
{
    /// <summary>The most members that one change may name in each of its lists.</summary>
    public const int MaxMembers = 1_000;

    public static OutgoingFrame Encode(ForwardChange message)
    {
        var change = message.Change;
        Invariant.Check(
            change.Put.Length <= MaxMembers && change.Promote.Length <= MaxMembers && change.Remove.Length <= MaxMembers,
            "a change names no more members than a receiver takes");
        var wire = new Wire.ForwardChange { Term = message.Term.Value, RequestId = message.RequestId };
        wire.Put.AddRange(change.Put.Select(member => new Wire.Member
        {
            Id = member.Id.Value,
            Name = member.Name,
            PeerAddress = member.PeerAddress,
            HttpAddress = member.HttpAddress,
        }));
        wire.Promote.AddRange(change.Promote.Select(id => id.Value));
        wire.Remove.AddRange(change.Remove.Select(id => id.Value));
        return new OutgoingFrame(FrameType.ForwardChange, wire);
    }

    public static OutgoingFrame Encode(ForwardChangeAnswer message) => new(
        FrameType.ForwardChangeAnswer,
        new Wire.ForwardChangeAnswer
        {
            Term = message.Term.Value,
            RequestId = message.RequestId,
            Refusal = (uint)message.Refusal,
            Problem = PrintableText.Sentence(message.Problem),
            Complete = message.IsComplete,
        });

    public static OutgoingFrame Encode(ForwardTransfer message) => new(
        FrameType.ForwardTransfer,
        new Wire.ForwardTransfer { Term = message.Term.Value, Target = message.Target.Value });

    public static OutgoingFrame Encode(MembershipEnded message) => new(
        FrameType.MembershipEnded,
        new Wire.MembershipEnded { Term = message.Term.Value, EntryTerm = message.AsOf.Term.Value, EntryIndex = message.AsOf.Index.Value });

    public static ForwardChange DecodeChange(ReadOnlyMemory<byte> body, ref FieldChecks checks)
    {
        var wire = PeerMessageCodec.ParseExactly(Parsers.ForwardChange, body.Span, ref checks);
        checks.Require(
            wire.Put.Count <= MaxMembers && wire.Promote.Count <= MaxMembers && wire.Remove.Count <= MaxMembers,
            "it has too many members");
        checks.Require(wire.Put.Count + wire.Promote.Count + wire.Remove.Count > 0, "it changes nothing");
        var put = ImmutableArray.CreateBuilder<Member>(wire.Put.Count);
        foreach (var member in wire.Put)
        {
            put.Add(FromWire(member, ref checks));
        }

        checks.Require(put.Select(member => member.Id).Distinct().Count() == put.Count, "a member is named twice");
        return new ForwardChange(
            checks.PositiveTerm(wire.Term),
            checks.Number(wire.RequestId, "the request's number"),
            new ConfigurationChange(put.ToImmutable(), Ids(wire.Promote), Ids(wire.Remove)));
    }

    public static ForwardChangeAnswer DecodeAnswer(ReadOnlyMemory<byte> body, ref FieldChecks checks)
    {
        var wire = PeerMessageCodec.ParseExactly(Parsers.ForwardChangeAnswer, body.Span, ref checks);
        checks.Require(wire.Refusal <= (uint)ConfigurationRefusal.Invalid, "it gives a reason that this version does not know");
        checks.Require(string.Equals(wire.Problem, PrintableText.Sentence(wire.Problem), StringComparison.Ordinal), "its sentence cannot be printed");
        return new ForwardChangeAnswer(
            checks.PositiveTerm(wire.Term),
            checks.Number(wire.RequestId, "the request's number"),
            (ConfigurationRefusal)wire.Refusal,
            wire.Problem,
            wire.Complete);
    }

    public static ForwardTransfer DecodeTransfer(ReadOnlyMemory<byte> body, ref FieldChecks checks)
    {
        var wire = PeerMessageCodec.ParseExactly(Parsers.ForwardTransfer, body.Span, ref checks);
        return new ForwardTransfer(checks.PositiveTerm(wire.Term), new NodeId(wire.Target));
    }

    public static MembershipEnded DecodeEnded(ReadOnlyMemory<byte> body, ref FieldChecks checks)
    {
        var wire = PeerMessageCodec.ParseExactly(Parsers.MembershipEnded, body.Span, ref checks);
        var term = checks.PositiveTerm(wire.Term);
        return new MembershipEnded(term, checks.Entry(wire.EntryIndex, wire.EntryTerm, term, "the committed entry"));
    }

    private static Member FromWire(Wire.Member wire, ref FieldChecks checks)
    {
        checks.Require(wire.Id != 0, "a member has no id");
        checks.Require(wire.Name.Length > 0, "a member has no name");
        PrintableText.Check(wire.Name, "name of a member", PrintableText.MaxNameBytes, ref checks);
        PrintableText.Check(wire.PeerAddress, "peer address of a member", PrintableText.MaxAddressBytes, ref checks);
        PrintableText.Check(wire.HttpAddress, "HTTP address of a member", PrintableText.MaxAddressBytes, ref checks);
        return new Member(new NodeId(wire.Id), wire.Name, wire.PeerAddress, wire.HttpAddress);
    }

    private static ImmutableArray<NodeId> Ids(RepeatedField<ulong> ids) => [.. ids.Select(id => new NodeId(id))];
}
