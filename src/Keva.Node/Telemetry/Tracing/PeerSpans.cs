using System.Diagnostics;
using Keva.Node.Transport;
using Keva.Raft;
using Keva.Raft.Messages;

namespace Keva.Node.Telemetry.Tracing;

/// <summary>
/// Spans of what goes to other nodes: entries until the peer has them on disk, proposals until they are handed to the
/// connection. Thread-safe.
/// </summary>
internal sealed class PeerSpans(TracedWrites writes)
{
    // A leader that leads no more gets no answer to what it sent.
    private const int MostOpen = 1_000;

    private readonly Lock gate = new();
    private readonly List<(NodeId Peer, LogIndex Last, List<Activity> Spans)> open = [];
    private int count;

    /// <summary>About to be sent; what is returned is for <see cref="Sent"/>.</summary>
    public List<Activity>? Begin(PeerHello? peer, RaftMessage message)
    {
        if (writes.IsEmpty || peer is null)
        {
            return null;
        }

        var spans = message switch
        {
            AppendEntriesRequest request => writes.StartFor(request.Entries, "replicate", ActivityKind.Client),
            ForwardProposals forwarded => writes.StartFor(forwarded.Proposals, "forward", ActivityKind.Client),
            _ => null,
        };
        spans?.ForEach(span => span.SetTag("keva.peer", peer.Name));
        return spans;
    }

    public void Sent(PeerHello peer, RaftMessage message, List<Activity> spans, bool wasSent)
    {
        if (!wasSent)
        {
            spans.ForEach(span => span.Fail("the connection takes no more"));
        }
        else if (message is AppendEntriesRequest request)
        {
            lock (gate)
            {
                if (open.Count >= MostOpen)
                {
                    open[0].Spans.ForEach(span => span.Fail("no answer came"));
                    open.RemoveAt(0);
                }

                open.Add((peer.Node, request.Previous.Index + request.Entries.Count, spans));
                Volatile.Write(ref count, open.Count);
            }
        }
        else
        {
            spans.ForEach(span => span.Dispose());
        }
    }

    /// <summary>The peer has the log up to this index on disk.</summary>
    public void Accepted(NodeId peer, LogIndex match) => EndWhere(entry => entry.Peer == peer && entry.Last <= match, span => span.Dispose());

    /// <summary>What was under way to the peer may be lost.</summary>
    public void Lost(NodeId peer) => EndWhere(entry => entry.Peer == peer, span => span.Fail("the connection was lost"));

    private void EndWhere(Predicate<(NodeId Peer, LogIndex Last, List<Activity> Spans)> ends, Action<Activity> end)
    {
        if (Volatile.Read(ref count) == 0)
        {
            return;
        }

        lock (gate)
        {
            foreach (var (_, _, spans) in open.FindAll(ends))
            {
                spans.ForEach(end);
            }

            open.RemoveAll(ends);
            Volatile.Write(ref count, open.Count);
        }
    }
}

/// <summary>Looks on while peers are dialled and sent messages.</summary>
internal sealed class TracedPeerNetwork(IPeerNetwork inner, PeerSpans spans) : IPeerNetwork
{
    public void Listen(string host, int port, IInboundPeers inbound) => inner.Listen(host, port, inbound);

    public IPeerConnection Connect(string address, PeerLane lane, PeerHello greeting, IPeerConnectionEvents events)
    {
        var traced = new TracedConnection(events, spans);
        traced.Inner = inner.Connect(address, lane, greeting, traced);
        return traced;
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class TracedConnection(IPeerConnectionEvents events, PeerSpans spans) : IPeerConnection, IPeerConnectionEvents
    {
        private volatile PeerHello? peer;

        public IPeerConnection Inner { get; set; } = null!;

        public bool TrySend(GroupId group, RaftMessage message)
        {
            var begun = spans.Begin(peer, message);
            var wasSent = Inner.TrySend(group, message);
            if (begun is not null)
            {
                spans.Sent(peer!, message, begun, wasSent);
            }

            return wasSent;
        }

        public void Close() => Inner.Close();

        public void OnConnected(PeerHello remote)
        {
            peer = remote;
            events.OnConnected(remote);
        }

        public void OnClosed(string reason)
        {
            if (peer is { } remote)
            {
                spans.Lost(remote.Node);
            }

            events.OnClosed(reason);
        }
    }
}

/// <summary>Looks on while peers answer.</summary>
internal sealed class TracedInboundPeers(IInboundPeers inner, PeerSpans spans) : IInboundPeers
{
    public string? Accept(PeerHello remote, out PeerHello answer) => inner.Accept(remote, out answer);

    public void OnMessage(NodeId from, GroupId group, RaftMessage message)
    {
        if (message is AppendEntriesAccepted accepted)
        {
            spans.Accepted(from, accepted.MatchIndex);
        }

        inner.OnMessage(from, group, message);
    }

    public void OnRejected(string remoteEndPoint, string reason) => inner.OnRejected(remoteEndPoint, reason);
}
