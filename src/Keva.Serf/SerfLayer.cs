using Keva.Serf.Coordinates;
using Keva.Serf.Events;
using Keva.Serf.Keys;
using Keva.Serf.Members;
using Keva.Serf.Queries;
using Keva.Serf.Swim;
using Keva.Serf.Wire;

namespace Keva.Serf;

/// <summary>The serf layer: what memberlist's news and messages mean to members, events and queries.</summary>
internal sealed class SerfLayer : IMemberlistListener
{
    private readonly SerfContext context;
    private readonly LamportClock queryClock = new();
    private readonly ReceivedQueries receivedQueries;
    private readonly NameDispute nameDispute;

    public SerfLayer(SerfContext context)
    {
        this.context = context;
        Coordinates = new CoordinateTracker(context.Random);
        Members = new MemberTable(context) { Forgotten = Coordinates.Forget };
        Events = new UserEvents(context);
        OwnQueries = new OwnQueries(context, Members, queryClock) { HandleLocally = query => receivedQueries!.Accept(query) };
        receivedQueries = new ReceivedQueries(context, Members, queryClock, new InternalQueries(Members, new KeyRequests(context)))
        {
            HandleOwnResponse = OwnQueries.OnResponse,
        };
        nameDispute = new NameDispute(context, OwnQueries) { NameLost = () => NameLost!() };
    }

    public MemberTable Members { get; }

    public UserEvents Events { get; }

    public OwnQueries OwnQueries { get; }

    public CoordinateTracker Coordinates { get; }

    /// <summary>Called when the cluster has given this node's name to another.</summary>
    public required Action NameLost { get; init; }

    /// <summary>Messages that could not be read or that no cluster sends.</summary>
    public long Refused { get; private set; }

    public LamportTimes Clocks => new(Members.Clock.Time, Events.Clock.Time, queryClock.Time);

    public bool HasBroadcasts => context.Broadcasts.HasAny;

    public bool Respond(ReceivedQuery query, byte[] payload) => receivedQueries.Respond(query, payload);

    public void OnJoined(NodeRecord node) => Members.OnJoined(node);

    public void OnLeft(NodeRecord node) => Members.OnLeft(node);

    public void OnUpdated(NodeRecord node) => Members.OnUpdated(node);

    public void OnExpelled(NodeRecord node) => Members.ForgetAllBut(member => !string.Equals(member.Name, node.Name, StringComparison.Ordinal));

    public void OnConflict(NodeRecord known, Alive claim)
    {
        var claimant = NodeAddress.ToEndPoint(claim.Address!, claim.Port);
        context.Outbox.Add(new NameConflict(known.Name, known.EndPoint, claimant));
        if (known == context.Memberlist.Self && context.Options.ResolveNameConflicts)
        {
            nameDispute.OnClaimed(claimant);
        }
    }

    public void OnUserMessage(byte[] content)
    {
        try
        {
            Handle(SerfDecoder.Decode(content), content);
        }
        catch (MalformedMessageException)
        {
            Refused++;
        }
    }

    public List<byte[]> TakeBroadcasts(int overhead, int budget, int most) => context.Broadcasts.Take(overhead, budget, most);

    public byte[] LocalState() => SerfEncoder.Encode(new SerfState(
        Members.Clock.Time,
        [.. Members.All.Select(member => KeyValuePair.Create(member.Name, member.StatusTime))],
        [.. Members.All.Where(member => member.Status == MemberStatus.Left).Select(member => member.Name)],
        Events.Clock.Time,
        Events.Recent(),
        queryClock.Time));

    public void MergeRemoteState(byte[] state, bool join, bool ignoreOldEvents)
    {
        try
        {
            if (SerfDecoder.Decode(state) is not SerfState remote)
            {
                Refused++;
                return;
            }

            Members.Merge(remote);
            Events.Merge(remote, join && ignoreOldEvents);
            queryClock.WitnessClock(remote.QueryLamportTime);
        }
        catch (MalformedMessageException)
        {
            Refused++;
        }
    }

    public byte[] AckPayload() => Coordinates.Own.ToPayload();

    public void OnPinged(NodeRecord node, TimeSpan roundTrip, byte[]? payload)
    {
        context.Outbox.Add(new MemberPinged(node.Name, roundTrip));
        if (Coordinate.FromPayload(payload) is { } coordinate)
        {
            Coordinates.Observe(node.Name, coordinate, roundTrip);
        }
    }

    /// <summary>What is seen for the first time is passed on as it came, byte for byte.</summary>
    private void Handle(SerfMessage message, byte[] content)
    {
        switch (message)
        {
            case LeaveIntent { LamportTime: < LamportClock.Last } leave:
                PassOn(Members.OnLeaveIntent(leave), context.Broadcasts.Intents, content);
                break;
            case JoinIntent { LamportTime: < LamportClock.Last } join:
                PassOn(Members.OnJoinIntent(join), context.Broadcasts.Intents, content);
                break;
            case UserEventMessage { LamportTime: < LamportClock.Last } userEvent:
                PassOn(Events.Accept(userEvent), context.Broadcasts.Events, content);
                break;
            case QueryMessage { LamportTime: < LamportClock.Last } query:
                PassOn(receivedQueries.Accept(query), context.Broadcasts.Queries, content);
                break;
            case QueryResponseMessage response:
                OwnQueries.OnResponse(response);
                break;
            case RelayMessage relay:
                receivedQueries.Relay(relay);
                break;
            default:
                Refused++;
                break;
        }
    }

    private static void PassOn(bool isNews, BroadcastQueue queue, byte[] content)
    {
        if (isNews)
        {
            queue.Add(content);
        }
    }
}
