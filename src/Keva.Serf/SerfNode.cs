using System.Net;
using Keva.Serf.Keys;
using Keva.Serf.Members;
using Keva.Serf.Queries;
using Keva.Serf.Swim;
using Keva.Serf.Wire;

namespace Keva.Serf;

/// <summary>
/// One node of a cluster that speaks Serf's protocol, as a function of its inputs: no clock, no sockets. Every input comes
/// with the time, which never goes back. After each, <see cref="Drain"/> says what is to be done and <see cref="NextDue"/>
/// when <see cref="OnTimer"/> wants to be called. One caller at a time.
/// </summary>
public sealed class SerfNode
{
    private readonly SerfOptions options;
    private readonly TimerQueue timers = new();
    private readonly Outbox outbox = new();
    private readonly KeyringHolder keys;
    private readonly SerfContext context;
    private readonly SerfLayer layer;
    private readonly Memberlist memberlist;
    private readonly Departure departure;
    private IReadOnlyDictionary<string, string> tags;
    private long lastJoin;

    /// <param name="options">Who this node is, and the tunables.</param>
    /// <param name="random">The dice of the protocol.</param>
    /// <param name="nonces">See <see cref="NonceSource"/>; only used with keys.</param>
    /// <exception cref="ArgumentException">The name or the tags are too long.</exception>
    public SerfNode(SerfOptions options, Random random, NonceSource nonces)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(options.Name) is 0 or > WireLimits.NameBytes)
        {
            throw new ArgumentException($"a name takes 1 to {WireLimits.NameBytes} bytes", nameof(options));
        }

        this.options = options;
        tags = options.Tags;
        EncodeTags(tags);
        keys = new KeyringHolder(options.Keyring);
        SerfLayer? serf = null;
        var broadcasts = new SerfBroadcasts(options.Timing.RetransmitMultiplier, () => serf!.Members.Count);
        context = new SerfContext(options, random, timers, outbox, keys, broadcasts);
        layer = serf = new SerfLayer(context) { NameLost = Stop };
        memberlist = new Memberlist(options, random, nonces, timers, keys, outbox, layer);
        context.Memberlist = memberlist;
        departure = new Departure(context, layer.Members) { Finished = Stop };
    }

    public string Name => options.Name;

    /// <summary>All that the cluster remembers, by name in ordinal order, this node among them.</summary>
    public IReadOnlyList<Member> Members => [.. layer.Members.All.Select(member => member.ToMember())];

    /// <summary>Grows whenever <see cref="Members"/> may have changed.</summary>
    public long MembersRevision => layer.Members.Revision;

    /// <summary>Whether somebody else is alive.</summary>
    public bool HasOthersAlive => layer.Members.HasOthersAlive;

    public IReadOnlyDictionary<string, string> Tags => tags;

    public Keyring Keyring => keys.Current;

    /// <summary>Zero if this node keeps up; higher if it misses answers, and then it gives others more time.</summary>
    public int HealthScore => memberlist.Awareness.Score;

    public LamportTimes Clocks => layer.Clocks;

    /// <summary>What came from the network and could not be used: damaged, forged, or of a key that we do not have.</summary>
    public long RefusedMessages => memberlist.Refused + layer.Refused;

    /// <summary>How often this node looked after another since the start.</summary>
    public long Probes => memberlist.Probes.Begun;

    /// <summary>How often neither it nor a helper got an answer.</summary>
    public long FailedProbes => memberlist.Probes.Failed;

    /// <summary>The node has left, or lost its name; it takes no input any more.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>When <see cref="OnTimer"/> has something to do; null if never.</summary>
    public TimeSpan? NextDue => IsStopped ? null : (timers.NextDue, memberlist.GossipDue) switch
    {
        (var timer, null) => timer,
        (null, var gossip) => gossip,
        var (timer, gossip) => timer < gossip ? timer : gossip,
    };

    /// <summary>What is to be done since the last call, in this order.</summary>
    public IReadOnlyList<SerfOutput> Drain() => outbox.Drain();

    public void Start(TimeSpan now)
    {
        timers.SetNow(now);
        memberlist.Start(EncodeTags(tags));
        layer.Members.AnnounceJoin();
        timers.Schedule(options.ReapInterval, Reap);
        timers.Schedule(options.ReconnectInterval, Reconnect);
    }

    public void OnTimer(TimeSpan now)
    {
        if (Advance(now))
        {
            timers.Run();
            memberlist.Gossip();
        }
    }

    public void OnDatagram(TimeSpan now, IPEndPoint from, ReadOnlySpan<byte> datagram)
    {
        if (Advance(now))
        {
            memberlist.OnDatagram(from, datagram);
        }
    }

    /// <summary>Another node has connected. Returns the number by which the stream goes from here on.</summary>
    public long AcceptStream(TimeSpan now)
    {
        Advance(now);
        return memberlist.AcceptStream();
    }

    public void OnStreamData(TimeSpan now, long stream, ReadOnlySpan<byte> bytes)
    {
        if (Advance(now))
        {
            memberlist.OnStreamData(stream, bytes);
        }
    }

    /// <summary>The other side will send no more on the stream, or there never was a connection.</summary>
    public void OnStreamClosed(TimeSpan now, long stream)
    {
        if (Advance(now))
        {
            memberlist.OnStreamClosed(stream);
        }
    }

    /// <summary>
    /// Makes one cluster with the nodes at the addresses, of which one that answers is enough. Ends with
    /// <see cref="JoinFinished"/>.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="addresses">Where nodes may be.</param>
    /// <param name="ignoreOldEvents">Whether events that were sent before are not delivered here.</param>
    /// <returns>The number of the join; of a node that has stopped there is no end of it.</returns>
    public long Join(TimeSpan now, IReadOnlyCollection<IPEndPoint> addresses, bool ignoreOldEvents = true)
    {
        var join = ++lastJoin;
        if (!Advance(now))
        {
            return join;
        }

        var failures = new List<JoinFailure>();
        var pending = addresses.Count;
        if (pending == 0)
        {
            outbox.Add(new JoinFinished(join, 0, failures));
        }

        foreach (var address in addresses)
        {
            memberlist.Join(address, ignoreOldEvents, failure =>
            {
                if (failure is not null)
                {
                    failures.Add(new JoinFailure(address, failure));
                }

                if (--pending == 0)
                {
                    OnJoined(join, addresses.Count - failures.Count, failures);
                }
            });
        }

        return join;
    }

    /// <summary>Takes leave of the cluster, so that this node is seen as left and not as failed. Ends with <see cref="LeaveFinished"/>.</summary>
    public void Leave(TimeSpan now)
    {
        if (Advance(now))
        {
            departure.Begin();
        }
    }

    /// <summary>Has a failed member be seen as left; with <paramref name="prune"/> it is forgotten altogether.</summary>
    /// <returns>False if there is no such member.</returns>
    public bool ForceLeave(TimeSpan now, string member, bool prune = false)
    {
        if (!Advance(now) || layer.Members.Find(member) is null)
        {
            return false;
        }

        layer.Members.AnnounceLeave(member, prune);
        return true;
    }

    /// <exception cref="ArgumentException">The tags take more than 512 bytes.</exception>
    public void SetTags(TimeSpan now, IReadOnlyDictionary<string, string> newTags)
    {
        var meta = EncodeTags(newTags);
        if (Advance(now))
        {
            tags = newTags;
            memberlist.Redescribe(meta);
        }
    }

    /// <exception cref="ArgumentException">Name and payload take more than 512 bytes.</exception>
    public void SendEvent(TimeSpan now, string name, byte[] payload, bool coalesce = false)
    {
        if (Advance(now))
        {
            layer.Events.Send(name, payload, coalesce);
        }
    }

    /// <summary>Asks all nodes, or some. What comes back are outputs with the id that this returns.</summary>
    /// <exception cref="ArgumentException">The query takes more than 1,024 bytes, or its name is one of the protocol's own.</exception>
    public QueryId Query(TimeSpan now, string name, byte[] payload, QueryParameters? parameters = null)
    {
        if (InternalQueries.IsInternal(name) && !string.Equals(name, InternalQueries.Ping, StringComparison.Ordinal))
        {
            throw new ArgumentException("that name belongs to the protocol", nameof(name));
        }

        Advance(now);
        return layer.OwnQueries.Start(name, payload, parameters ?? QueryParameters.Default, new ApplicationQuery(outbox));
    }

    /// <summary>Answers a query, once. False if it is too late for that.</summary>
    /// <exception cref="ArgumentException">The answer takes more than 1,024 bytes.</exception>
    public bool Respond(TimeSpan now, ReceivedQuery query, byte[] payload) => Advance(now) && layer.Respond(query, payload);

    /// <summary>Has all nodes take a further key, with which they can decrypt.</summary>
    public QueryId InstallKey(TimeSpan now, byte[] key) => StartKeyOperation(now, KeyQueries.Install, key);

    /// <summary>Has all nodes encrypt with a key that they have.</summary>
    public QueryId UseKey(TimeSpan now, byte[] key) => StartKeyOperation(now, KeyQueries.Use, key);

    /// <summary>Has all nodes drop a key, which must not be the one they encrypt with.</summary>
    public QueryId RemoveKey(TimeSpan now, byte[] key) => StartKeyOperation(now, KeyQueries.Remove, key);

    public QueryId ListKeys(TimeSpan now) => StartKeyOperation(now, KeyQueries.List, null);

    /// <summary>How long a message to the member and back should take; null if that is not known.</summary>
    public TimeSpan? EstimateRoundTrip(string member) =>
        string.Equals(member, Name, StringComparison.Ordinal) ? layer.Coordinates.EstimateToSelf() : layer.Coordinates.Estimate(member);

    /// <summary>The same between two members, of which this node may be one.</summary>
    public TimeSpan? EstimateRoundTrip(string from, string to) =>
        string.Equals(from, Name, StringComparison.Ordinal) ? EstimateRoundTrip(to)
        : string.Equals(to, Name, StringComparison.Ordinal) ? EstimateRoundTrip(from)
        : layer.Coordinates.Estimate(from, to);

    /// <summary>
    /// Looks after the member next and not when its turn comes: the caller has a reason to think that it failed. It gets as
    /// much time to answer and to object as ever.
    /// </summary>
    public void ProbeSoon(TimeSpan now, string member)
    {
        if (Advance(now))
        {
            memberlist.ProbeSoon(member);
        }
    }

    /// <summary>Forgets all members that <see cref="SerfOptions.Admits"/> does not admit any more.</summary>
    public void ExpelStrangers(TimeSpan now)
    {
        if (Advance(now) && options.Admits is { } admits)
        {
            memberlist.ExpelStrangers();
            layer.Members.ForgetAllBut(member => admits(member.Name, member.Tags));
        }
    }

    private QueryId StartKeyOperation(TimeSpan now, string name, byte[]? key)
    {
        Advance(now);
        var operation = new KeyOperation(outbox, layer.Members.AliveCount) { Complete = layer.OwnQueries.Finish };
        return layer.OwnQueries.Start(name, SerfEncoder.Encode(new KeyRequestMessage(key)), QueryParameters.Default, operation);
    }

    private bool Advance(TimeSpan now)
    {
        timers.SetNow(now);
        memberlist.SkipSilentGossip();
        return !IsStopped;
    }

    private void OnJoined(long join, int contacted, List<JoinFailure> failures)
    {
        // Who is leaving must not say, later than the farewell, that it means to stay.
        if (contacted > 0 && !layer.Members.IsLeaving)
        {
            layer.Members.AnnounceJoin();
        }

        outbox.Add(new JoinFinished(join, contacted, failures));
    }

    private void Reap()
    {
        timers.Schedule(options.ReapInterval, Reap);
        layer.Members.Reap();
        context.Broadcasts.Prune();
    }

    private void Reconnect()
    {
        timers.Schedule(options.ReconnectInterval, Reconnect);
        if (layer.Members.PickToReconnect() is { } member)
        {
            memberlist.Join(NodeAddress.ToEndPoint(member.Address, member.Port), ignoreOldEvents: false, _ => { });
        }
    }

    private void Stop()
    {
        IsStopped = true;
        memberlist.CloseStreams();
        timers.Clear();
    }

    private static byte[] EncodeTags(IReadOnlyDictionary<string, string> tags)
    {
        var meta = TagsCodec.Encode([.. tags.OrderBy(tag => tag.Key, StringComparer.Ordinal)]);
        return meta.Length <= WireLimits.MetaBytes
            ? meta
            : throw new ArgumentException($"the tags take {meta.Length} bytes, and there is room for {WireLimits.MetaBytes}", nameof(tags));
    }
}
