using System.Net.Sockets;
using Keva.Actors.Dispatch;
using Keva.Node.Transport.Codec;
using Keva.Node.Transport.Framing;
using Keva.Raft;

namespace Keva.Node.Transport.Tcp;

/// <summary>
/// A connection that somebody dialled to this node. Until it has introduced itself it may send one small frame and has
/// little time. Whatever unreadable comes in ends this connection and nothing else.
/// </summary>
internal sealed class InboundConnection
{
    private readonly Socket socket;
    private readonly PeerNetworkOptions options;
    private readonly IInboundPeers inbound;
    private readonly PeerTraffic traffic;
    private readonly Func<InboundConnection, bool> takePlace;
    private readonly Func<Socket, ReadOnlyMemory<byte>, bool>? adoptGossip;
    private PeerCounters? counters;
    private string? closeReason;
    private bool isAdopted;

    /// <param name="socket">Owned by the connection from now on.</param>
    /// <param name="options">Limits and time-outs.</param>
    /// <param name="inbound">Whom the connection is for.</param>
    /// <param name="traffic">Where what it brings is counted.</param>
    /// <param name="takePlace">
    /// Moves the connection from those that are strangers to those that are peers; false if there is no room.
    /// </param>
    /// <param name="adoptGossip">Takes over the socket of a connection that speaks gossip, with what was read; null if nobody does.</param>
    public InboundConnection(
        Socket socket,
        PeerNetworkOptions options,
        IInboundPeers inbound,
        PeerTraffic traffic,
        Func<InboundConnection, bool> takePlace,
        Func<Socket, ReadOnlyMemory<byte>, bool>? adoptGossip)
    {
        this.adoptGossip = adoptGossip;
        this.socket = socket;
        this.options = options;
        this.inbound = inbound;
        this.traffic = traffic;
        this.takePlace = takePlace;
        RemoteName = PeerSockets.RemoteName(socket);
    }

    public string RemoteName { get; }

    /// <summary>Ends the connection; a reason that is not empty is reported as a rejection.</summary>
    public void Close(string reason)
    {
        Interlocked.CompareExchange(ref closeReason, reason, null);
        socket.Dispose();
    }

    /// <summary>Reads until the end, which it reports if it was not an orderly one. Never throws.</summary>
    public async Task RunAsync()
    {
        string? rejection;
        try
        {
            rejection = await ConverseAsync();
        }
        catch (Exception exception) when (PeerSockets.IsConnectionError(exception))
        {
            // Peers crash and port scanners come and go.
            rejection = null;
        }
        catch (Exception exception)
        {
            // What one connection brings in must not take down the node.
            rejection = $"internal error: {exception}";
        }

        if (isAdopted)
        {
            return;
        }

        socket.Dispose();
        rejection = Volatile.Read(ref closeReason) ?? rejection;
        if (!string.IsNullOrEmpty(rejection))
        {
            inbound.OnRejected(RemoteName, rejection);
        }
    }

    private async Task<string?> ConverseAsync()
    {
        PeerSockets.Configure(socket, options);
        await using var stream = new NetworkStream(socket, ownsSocket: false);
        using var reader = new FrameReader(stream);
        var (from, version, rejection) = await MeetAsync(stream, reader);
        if (version == 0)
        {
            return rejection;
        }

        while (true)
        {
            var frame = await reader.ReadAsync(version, options.MaxFrameBytes, CancellationToken.None);
            if (frame.IsEnd || frame.Problem is not null)
            {
                return frame.Problem;
            }

            if (!PeerMessageCodec.TryDecode(frame.Type, frame.Body, out var message, out var problem))
            {
                return problem;
            }

            counters!.Received(FrameHeader.Size + frame.Body.Length);

            // If nothing else is there to be read, this thread may as well do what the message asks for.
            using (reader.HasMore ? default : ThreadPoolDispatcher.BeginTurn())
            {
                inbound.OnMessage(from, frame.Group, message);
            }
        }
    }

    /// <summary>The handshake. Version 0: there will be no conversation, because the peer is rejected or has left.</summary>
    private async Task<(NodeId From, byte Version, string? Rejection)> MeetAsync(NetworkStream stream, FrameReader reader)
    {
        using var deadline = new CancellationTokenSource(options.HandshakeTimeout);
        using var batch = new FrameBatch();
        try
        {
            if (adoptGossip is not null
                && await reader.PeekAsync(deadline.Token) is { } first && FirstByte.Classify(first) == ConnectionKind.Gossip)
            {
                // Nobody is told if it is not taken: gossip tries again, and counts what it drops.
                isAdopted = adoptGossip(socket, reader.TakeBuffered());
                return (NodeId.None, 0, null);
            }

            var (preface, prefaceProblem) = await reader.ReadPrefaceAsync(deadline.Token);
            if (preface is null)
            {
                return (NodeId.None, 0, prefaceProblem);
            }

            batch.Append(Preface.Own);
            var version = Preface.Own.Agree(preface.Value, out var disagreement);
            var (from, problem) = version == 0
                ? (NodeId.None, disagreement)
                : await AnswerGreetingAsync(reader, batch, deadline.Token);
            if (problem is null)
            {
                await stream.WriteAsync(batch.Segments()[0], deadline.Token);
                return (from, version, null);
            }

            batch.Append(FrameHeader.HandshakeVersion, GroupId.Zero, GreetingCodec.EncodeRefusal(problem));
            await RefuseAsync(stream, reader, batch, deadline.Token);
            return (NodeId.None, 0, problem);
        }
        catch (OperationCanceledException)
        {
            return (NodeId.None, 0, $"it did not introduce itself within {options.HandshakeTimeout.TotalSeconds:0.###} s");
        }
    }

    /// <summary>Reads the greeting and appends the answer to it; or, with the problem, appends nothing.</summary>
    private async ValueTask<(NodeId From, string? Problem)> AnswerGreetingAsync(
        FrameReader reader,
        FrameBatch batch,
        CancellationToken cancellation)
    {
        var frame = await reader.ReadAsync(FrameHeader.HandshakeVersion, options.MaxGreetingBytes, cancellation);
        if (frame.IsEnd || frame.Problem is not null)
        {
            return (NodeId.None, frame.Problem ?? "it closed the connection before its greeting");
        }

        if (frame.Type != FrameType.Greeting)
        {
            return (NodeId.None, $"it began with a frame of type {(byte)frame.Type} instead of a greeting");
        }

        if (!GreetingCodec.TryDecode(frame.Body.Span, out var remote, out var lane, out var problem))
        {
            return (NodeId.None, problem);
        }

        if (inbound.Accept(remote, out var answer) is { } refusal)
        {
            return (NodeId.None, refusal);
        }

        if (!takePlace(this))
        {
            return (NodeId.None, $"too many connections: the limit is {options.MaxConnections}");
        }

        counters = traffic.Of(remote.Name);
        batch.Append(FrameHeader.HandshakeVersion, GroupId.Zero, GreetingCodec.Encode(answer, lane));
        return (remote.Node, null);
    }

    /// <summary>
    /// Tells the peer why, and lets it hang up: closing while it still sends would reset the connection, and the reason
    /// could be lost with it.
    /// </summary>
    private async Task RefuseAsync(NetworkStream stream, FrameReader reader, FrameBatch batch, CancellationToken cancellation)
    {
        try
        {
            await stream.WriteAsync(batch.Segments()[0], cancellation);
            socket.Shutdown(SocketShutdown.Send);
            await reader.DiscardAsync(cancellation);
        }
        catch (Exception exception) when (PeerSockets.IsConnectionError(exception))
        {
            // It is refused in any case.
        }
    }
}
