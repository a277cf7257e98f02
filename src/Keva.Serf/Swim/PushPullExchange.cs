using System.Net;
using Keva.Serf.Wire;

namespace Keva.Serf.Swim;

/// <summary>
/// The exchange of all that two nodes know: to join, and every now and then with a random node, so that what gossip has
/// missed comes right in the end.
/// </summary>
internal sealed class PushPullExchange(SerfOptions options, Random random, TimerQueue timers, NodeTable nodes, NodeStates states, IMemberlistListener listener)
{
    /// <summary>Up to this size of cluster the interval is that of the options; beyond, each doubling adds one.</summary>
    private const int UnscaledNodes = 32;

    private bool willTellAgain;

    /// <summary>Where streams are opened; it serves what this answers.</summary>
    public required Func<StreamTable> Streams { get; init; }

    public void Start()
    {
        var interval = options.Timing.PushPullInterval;
        timers.Schedule(interval * random.NextDouble(), Tick);
    }

    /// <summary>How often a node of a cluster of <paramref name="nodes"/> starts an exchange.</summary>
    public static TimeSpan Interval(TimeSpan unscaled, int nodes) =>
        nodes <= UnscaledNodes ? unscaled : unscaled * (Math.Ceiling(Math.Log2(nodes) - Math.Log2(UnscaledNodes)) + 1);

    /// <param name="to">The other node.</param>
    /// <param name="join">Whether this is to become one cluster.</param>
    /// <param name="ignoreOldEvents">Whether events from before are none of our business.</param>
    /// <param name="onFinished">Gets null, or why it failed.</param>
    public void With(IPEndPoint to, bool join, bool ignoreOldEvents, Action<string?> onFinished) =>
        Streams().Open(
            to,
            LocalState(join),
            (answer, failure) => onFinished(answer is PushPull remote ? TryMerge(remote, ignoreOldEvents) : failure ?? "the answer was none to a push/pull"),
            options.Timing.StreamTimeout);

    /// <summary>With a random node that lives, if there is one.</summary>
    public void WithAny()
    {
        foreach (var node in nodes.Pick(1, node => node != states.Self && node.State == NodeState.Alive))
        {
            With(node.EndPoint, join: false, ignoreOldEvents: false, _ => { });
        }
    }

    /// <summary>This node's side, as it is before it learns the other's.</summary>
    public PushPull LocalState(bool join) => new(join, [.. nodes.All.Select(node => node.ToPushPull())], listener.LocalState());

    /// <summary>Takes over what the other side knows; the reason if it is refused as a whole.</summary>
    public string? TryMerge(PushPull remote, bool ignoreOldEvents)
    {
        if (VersionMismatch(remote.Nodes) is { } mismatch)
        {
            return mismatch;
        }

        if (remote.Nodes.Any(IsStranger))
        {
            // Not only those nodes: what the other side remembers of events and of other members is of their cluster, too.
            return "the other side knows nodes of another cluster";
        }

        if (remote.Nodes.Any(HoldsOurAddressToBeAnother))
        {
            TellAgainSoon();
        }

        states.Merge(remote.Nodes);
        if (remote.UserState.Length > 0)
        {
            listener.MergeRemoteState(remote.UserState, remote.Join, ignoreOldEvents);
        }

        return null;
    }

    private void Tick()
    {
        timers.Schedule(Interval(options.Timing.PushPullInterval, nodes.Count), Tick);
        WithAny();
    }

    // A node that moved, or was replaced, is not believed before its former self has been dead for a while
    // (DeadNodeReclaimTime). What it says of itself until then is ignored and is not gossiped on, so it must say it again.
    private bool HoldsOurAddressToBeAnother(PushPullNode node) =>
        node.State is NodeState.Suspect or NodeState.Dead
        && states.IsSelf(node.Name)
        && node.Address is { } address && !states.Self.HasAddress(address, node.Port) && states.Admits(node.Name, node.Meta);

    private void TellAgainSoon()
    {
        if (willTellAgain || states.IsLeaving)
        {
            return;
        }

        willTellAgain = true;
        timers.Schedule(options.Timing.ProbeInterval, () =>
        {
            willTellAgain = false;
            WithAny();
        });
    }

    /// <summary>The dead of another cluster do not count: agents remember long what once had our addresses.</summary>
    private bool IsStranger(PushPullNode node) =>
        node.State is NodeState.Alive or NodeState.Suspect && !states.IsSelf(node.Name) && !states.Admits(node.Name, node.Meta);

    /// <summary>All must speak a version that all others understand (memberlist 0.2.2, verifyProtocol).</summary>
    private string? VersionMismatch(IReadOnlyList<PushPullNode> remote)
    {
        byte leastProtocol = 0, mostProtocol = byte.MaxValue, leastDelegate = 0, mostDelegate = byte.MaxValue;
        var spoken = new List<(string Name, VersionVector Version)>();
        foreach (var node in remote)
        {
            var version = VersionVector.FromBytes(node.Version);
            spoken.Add((node.Name, version));
            if (node.State == NodeState.Alive && node.Version is { Length: > 0 })
            {
                Narrow(version);
            }
        }

        foreach (var node in nodes.All)
        {
            spoken.Add((node.Name, node.Version));
            if (node.State == NodeState.Alive)
            {
                Narrow(node.Version);
            }
        }

        var stranger = spoken.Find(node =>
            node.Version.ProtocolCurrent < leastProtocol || node.Version.ProtocolCurrent > mostProtocol
            || node.Version.DelegateCurrent < leastDelegate || node.Version.DelegateCurrent > mostDelegate);
        return stranger.Name is null ? null : $"the protocol version of node '{stranger.Name}' is not compatible with all others";

        void Narrow(VersionVector version)
        {
            leastProtocol = Math.Max(leastProtocol, version.ProtocolMin);
            mostProtocol = Math.Min(mostProtocol, version.ProtocolMax);
            leastDelegate = Math.Max(leastDelegate, version.DelegateMin);
            mostDelegate = Math.Min(mostDelegate, version.DelegateMax);
        }
    }
}
