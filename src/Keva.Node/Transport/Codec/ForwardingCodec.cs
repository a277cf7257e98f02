using Google.Protobuf.Collections;
using Keva.Node.Transport.Framing;
using Keva.Raft;
using Keva.Raft.Messages;

namespace Keva.Node.Transport.Codec;

/// <summary>The messages about forwarded proposals, to and from the bodies of frames.</summary>
internal static class ForwardingCodec
{
    /// <summary>The most proposals that one message may name.</summary>
    public const int MaxProposals = 65_536;

    public static OutgoingFrame Encode(ForwardProposals message)
    {
        CheckCount(message.Proposals.Count);
        var wire = new Wire.ForwardProposals { Term = message.Term.Value };
        wire.Sessions.Capacity = wire.Sequences.Capacity = wire.Lengths.Capacity = message.Proposals.Count;
        var total = 0;
        foreach (var proposal in message.Proposals)
        {
            wire.Sessions.Add(proposal.Id.Session);
            wire.Sequences.Add(proposal.Id.Sequence);
            wire.Lengths.Add((uint)proposal.Payload.Length);
            total = checked(total + proposal.Payload.Length);
        }

        return new OutgoingFrame(FrameType.ForwardProposals, wire, Concatenate(message.Proposals, total));
    }

    public static OutgoingFrame Encode(ForwardRefused message)
    {
        CheckCount(message.Proposals.Count);
        var wire = new Wire.ForwardRefused
        {
            Term = message.Term.Value,
            Reason = (uint)message.Reason,
            ProposedFor = message.ProposedFor.Value,
        };
        wire.Sessions.Capacity = wire.Sequences.Capacity = message.Proposals.Count;
        foreach (var id in message.Proposals)
        {
            wire.Sessions.Add(id.Session);
            wire.Sequences.Add(id.Sequence);
        }

        return new OutgoingFrame(FrameType.ForwardRefused, wire);
    }

    public static ForwardProposals? DecodeProposals(ReadOnlyMemory<byte> body, ref FieldChecks checks)
    {
        if (!TailField.TrySplit(body, out var head, out var tail))
        {
            checks.Require(condition: false, "its parts do not add up");
            return null;
        }

        var wire = PeerMessageCodec.ParseExactly(Parsers.ForwardProposals, head.Span, ref checks);
        var term = checks.PositiveTerm(wire.Term);
        var count = wire.Lengths.Count;
        checks.Require(count <= MaxProposals, "it has too many proposals");
        checks.Require(wire.Sessions.Count == count && wire.Sequences.Count == count, "its lists differ in length");
        checks.Require(SumsTo(wire.Lengths, tail.Length), "its payloads do not add up");
        if (checks.Problem is not null)
        {
            return null;
        }

        var proposals = new Proposal[count];
        var offset = 0;
        for (var i = 0; i < count; i++)
        {
            var length = (int)wire.Lengths[i];
            proposals[i] = new Proposal(new ProposalId(wire.Sessions[i], wire.Sequences[i]), tail.Slice(offset, length));
            offset += length;
        }

        return new ForwardProposals(term, proposals);
    }

    public static ForwardRefused? DecodeRefused(ReadOnlyMemory<byte> body, ref FieldChecks checks)
    {
        var wire = PeerMessageCodec.ParseExactly(Parsers.ForwardRefused, body.Span, ref checks);
        var term = checks.PositiveTerm(wire.Term);
        var proposedFor = checks.PositiveTerm(wire.ProposedFor);
        var count = wire.Sessions.Count;
        checks.Require(count <= MaxProposals, "it has too many proposals");
        checks.Require(wire.Sequences.Count == count, "its lists differ in length");
        checks.Require(
            wire.Reason is >= (uint)ProposalRefusal.NotLeader and <= (uint)ProposalRefusal.Stopping,
            "it gives a reason that this version does not know");
        if (checks.Problem is not null)
        {
            return null;
        }

        var ids = new ProposalId[count];
        for (var i = 0; i < count; i++)
        {
            ids[i] = new ProposalId(wire.Sessions[i], wire.Sequences[i]);
        }

        return new ForwardRefused(term, proposedFor, ids, (ProposalRefusal)wire.Reason);
    }

    private static void CheckCount(int count) =>
        Invariant.Check(count <= MaxProposals, "a message names no more proposals than a receiver takes");

    private static ReadOnlyMemory<byte> Concatenate(IReadOnlyList<Proposal> proposals, int total)
    {
        if (proposals.Count == 1)
        {
            return proposals[0].Payload;
        }

        var all = new byte[total];
        var offset = 0;
        foreach (var proposal in proposals)
        {
            proposal.Payload.Span.CopyTo(all.AsSpan(offset));
            offset += proposal.Payload.Length;
        }

        return all;
    }

    private static bool SumsTo(RepeatedField<uint> lengths, int total)
    {
        var sum = 0L;
        foreach (var length in lengths)
        {
            sum += length;
        }

        return sum == total;
    }
}
