using System.Net;
using Keva.Serf.Members;
using Keva.Serf.Swim;
using Keva.Serf.Wire;

namespace Keva.Serf.Queries;

/// <summary>The questions that are put to this node, its own among them.</summary>
internal sealed class ReceivedQueries(SerfContext context, MemberTable members, LamportClock clock, InternalQueries internalQueries)
{
    /// <summary>What an answer may take as a message.</summary>
    private const int MostAnswerBytes = 1_024;

    /// <summary>How many Lamport times back a query is still new.</summary>
    private const int Slots = 512;

    private const int MostPerTime = 256;

    private const long NanosecondsPerTick = 100;

    private static readonly long LongestTimeoutTicks = TimeSpan.FromHours(1).Ticks;

    private readonly (ulong LamportTime, List<uint> Ids)[] recent = new (ulong, List<uint>)[Slots];

    /// <summary>Answers to this node's own questions need no network.</summary>
    public required Action<QueryResponseMessage> HandleOwnResponse { get; init; }

    /// <summary>Whether the query is new and is to be passed on, which it is also if it is not for this node.</summary>
    public bool Accept(QueryMessage query)
    {
        clock.Witness(query.LamportTime);
        if ((clock.Time > Slots && query.LamportTime < clock.Time - Slots) || !TryRemember(query))
        {
            return false;
        }

        var mayPassOn = (query.Flags & QueryMessage.NoBroadcastFlag) == 0;
        if (!QueryFilter.AllMatch(query.Filters, context.Options.Name, members.Find(context.Options.Name)?.Tags ?? context.Options.Tags))
        {
            return mayPassOn;
        }

        if (ReplyTo(query) is not { } replyTo)
        {
            return mayPassOn;
        }

        var ticks = Math.Clamp(query.TimeoutNanoseconds / NanosecondsPerTick, 0, LongestTimeoutTicks);
        var received = new ReceivedQuery(
            new QueryId(query.LamportTime, query.Id), query.Name, query.Payload ?? [], query.SourceNode, replyTo, query.RelayFactor,
            context.Timers.Now + TimeSpan.FromTicks(ticks));
        if ((query.Flags & QueryMessage.AckFlag) != 0)
        {
            Send(received, new QueryResponseMessage(query.LamportTime, query.Id, context.Options.Name, QueryResponseMessage.AckFlag, Payload: null));
        }

        if (!InternalQueries.IsInternal(query.Name))
        {
            context.Outbox.Add(new QueryReceived(received));
        }
        else if (internalQueries.Answer(received) is { } answer)
        {
            Respond(received, answer);
        }

        return mayPassOn;
    }

    /// <summary>False when it is too late.</summary>
    /// <exception cref="ArgumentException">The answer is too long.</exception>
    public bool Respond(ReceivedQuery query, byte[] payload)
    {
        if (context.Timers.Now > query.Deadline)
        {
            return false;
        }

        var response = new QueryResponseMessage(query.Id.LamportTime, query.Id.Id, context.Options.Name, Flags: 0, payload);
        if (SerfEncoder.Encode(response).Length > MostAnswerBytes)
        {
            throw new ArgumentException($"an answer may take {MostAnswerBytes} bytes", nameof(payload));
        }

        Send(query, response);
        return true;
    }

    /// <summary>Hands on what a node sends to another by way of this one.</summary>
    public void Relay(RelayMessage relay)
    {
        if (NodeAddress.IsUsable(relay.Address) && relay.Port is > 0 and <= ushort.MaxValue
            && NodeAddress.ToEndPoint(relay.Address!, (int)relay.Port) is var to && IsOfMember(to))
        {
            context.Memberlist.SendUserMessage(to, relay.Content);
        }
    }

    private bool TryRemember(QueryMessage query)
    {
        ref var slot = ref recent[query.LamportTime % Slots];
        if (slot.Ids is null || slot.LamportTime != query.LamportTime)
        {
            slot = (query.LamportTime, []);
        }

        if (slot.Ids.Count >= MostPerTime || slot.Ids.Contains(query.Id))
        {
            return false;
        }

        slot.Ids.Add(query.Id);
        return true;
    }

    /// <summary>
    /// Where answers go: to a member's address and nowhere else. One forged query must not turn the whole cluster on somebody.
    /// </summary>
    private IPEndPoint? ReplyTo(QueryMessage query)
    {
        if (!NodeAddress.IsUsable(query.Address))
        {
            return null;
        }

        var to = NodeAddress.ToEndPoint(query.Address!, query.Port);
        return IsOfMember(to) ? to : null;
    }

    private bool IsOfMember(IPEndPoint address) =>
        members.All.Any(member => member.Port == address.Port && NodeAddress.ToEndPoint(member.Address, member.Port).Equals(address));

    private void Send(ReceivedQuery query, QueryResponseMessage response)
    {
        if (query.ReplyTo.Equals(context.Memberlist.Self.EndPoint))
        {
            HandleOwnResponse(response);
            return;
        }

        var content = SerfEncoder.Encode(response);
        context.Memberlist.SendUserMessage(query.ReplyTo, content);
        if (query.RelayFactor == 0 || members.Count < query.RelayFactor + 1)
        {
            return;
        }

        var relayed = SerfEncoder.Encode(new RelayMessage(NodeAddress.ToBytes(query.ReplyTo.Address), query.ReplyTo.Port, "", query.From, content));
        foreach (var relay in context.Memberlist.Nodes.Pick(query.RelayFactor, IsRelay))
        {
            context.Memberlist.SendUserMessage(relay.EndPoint, relayed);
        }
    }

    private bool IsRelay(NodeRecord node) =>
        node.State == NodeState.Alive && node.Version.ProtocolMax >= VersionVector.FirstWithChecksum && !members.IsSelf(node.Name);
}
