using System.Net.Sockets;
using Keva.Node.Transport.Codec;
using Keva.Node.Transport.Framing;
using Keva.Raft;
using Keva.Raft.Messages;

namespace Keva.Node.Transport.Tcp;

/// <summary>
/// A connection that this node dialled. Senders put frames into a queue; one loop takes all that is there and hands it to
/// the socket in one call, so that under load many messages share a system call and without load none waits.
/// </summary>
internal sealed class OutboundConnection : IPeerConnection
{
    // After the greeting nothing more is read.
    private const int ReadBufferBytes = 1024;

    private readonly string address;
    private readonly PeerLane lane;
    private readonly PeerHello greeting;
    private readonly PeerNetworkOptions options;
    private readonly PeerTraffic traffic;
    private readonly IPeerConnectionEvents events;
    private readonly CancellationTokenSource closing = new();
    private readonly SendQueue queue = new();

    private PeerCounters? counters;
    private string? closeReason;
    private long unsentBytes;
    private volatile bool isOpen;

    public OutboundConnection(string address, PeerLane lane, PeerHello greeting, PeerNetworkOptions options, PeerTraffic traffic, IPeerConnectionEvents events)
    {
        this.address = address;
        this.lane = lane;
        this.greeting = greeting;
        this.options = options;
        this.traffic = traffic;
        this.events = events;
    }

    public bool TrySend(GroupId group, RaftMessage message)
    {
        if (!isOpen)
        {
            return false;
        }

        var frame = PeerMessageCodec.Encode(message);
        var bodyLength = frame.BodyLength(frame.Head.CalculateSize());
        Invariant.Check(bodyLength <= options.MaxFrameBytes, "no message is larger than a peer would take");
        var size = FrameHeader.Size + bodyLength;
        var unsent = Interlocked.Add(ref unsentBytes, size);

        // A frame larger than the whole buffer may go if it is the only one.
        var fits = unsent <= options.SendBufferBytes || unsent == size;
        if (fits && queue.TryAdd(new QueuedFrame(group, frame)))
        {
            return true;
        }

        Interlocked.Add(ref unsentBytes, -size);
        counters!.Dropped();
        return false;
    }

    public void Close() => Close("closed by this node");

    /// <summary>Ends the connection; the first reason given is the one that is reported.</summary>
    public void Close(string reason)
    {
        Interlocked.CompareExchange(ref closeReason, reason, null);

        // Not Cancel(): that would run the callbacks of whoever waits on the caller's thread.
        _ = closing.CancelAsync();
    }

    /// <summary>Dials, talks until the end, and reports it. Never throws.</summary>
    public async Task RunAsync()
    {
        string reason;
        try
        {
            reason = await ConverseAsync();
        }
        catch (Exception exception) when (PeerSockets.IsConnectionError(exception))
        {
            reason = $"connection to {address} failed: {PeerSockets.Describe(exception)}";
        }
        catch (Exception exception)
        {
            // Whatever went wrong, the owner of the connection must hear of its end.
            reason = $"internal error in the connection to {address}: {exception}";
        }

        isOpen = false;
        queue.Complete();
        events.OnClosed(Volatile.Read(ref closeReason) ?? reason);
    }

    private async Task<string> ConverseAsync()
    {
        if (!PeerAddress.TryParse(address, out var host, out var port))
        {
            return $"'{address}' is not an address of the form host:port";
        }

        using var socket = await Dialler.ConnectAsync(host, port, options, closing.Token);
        await using var stream = new NetworkStream(socket, ownsSocket: false);
        using var reader = new FrameReader(stream, ReadBufferBytes);
        using var batch = new FrameBatch();
        var (remote, version, problem) = await IntroduceAsync(stream, reader, batch);
        if (remote is null)
        {
            return problem;
        }

        counters = traffic.Of(remote.Name);
        isOpen = true;
        events.OnConnected(remote);
        var watching = WatchAsync(reader);
        var writing = WriteAsync(socket, batch, version);
        var ended = await Task.WhenAny(watching, writing);

        // Nobody may use the pooled buffers any more when they are given back. A write that hangs ends with the socket.
        isOpen = false;
        queue.Complete();
        socket.Dispose();
        await ((Task)Task.WhenAll(watching, writing)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await ended;
    }

    private async Task<(PeerHello? Remote, byte Version, string Problem)> IntroduceAsync(
        NetworkStream stream,
        FrameReader reader,
        FrameBatch batch)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(closing.Token);
        deadline.CancelAfter(options.HandshakeTimeout);
        try
        {
            batch.Append(Preface.Own);
            batch.Append(FrameHeader.HandshakeVersion, GroupId.Zero, GreetingCodec.Encode(greeting, lane));
            await stream.WriteAsync(batch.Segments()[0], deadline.Token);
            var (preface, prefaceProblem) = await reader.ReadPrefaceAsync(deadline.Token);
            if (preface is null)
            {
                return (null, 0, $"{address} did not answer the greeting: {prefaceProblem ?? "it closed the connection"}");
            }

            var frame = await reader.ReadAsync(FrameHeader.HandshakeVersion, options.MaxGreetingBytes, deadline.Token);
            return Judge(preface.Value, frame);
        }
        catch (OperationCanceledException) when (!closing.IsCancellationRequested)
        {
            return (null, 0, $"{address} did not answer the greeting within {options.HandshakeTimeout.TotalSeconds:0.###} s");
        }
    }

    private (PeerHello? Remote, byte Version, string Problem) Judge(Preface preface, in FrameRead frame)
    {
        if (frame.IsEnd || frame.Problem is not null)
        {
            return (null, 0, $"{address} did not answer the greeting: {frame.Problem ?? "it closed the connection"}");
        }

        if (frame.Type == FrameType.Refusal)
        {
            return (null, 0, $"refused by {address}: {GreetingCodec.DecodeRefusal(frame.Body.Span)}");
        }

        var version = Preface.Own.Agree(preface, out var problem);
        if (version == 0)
        {
            return (null, 0, $"{address}: {problem}");
        }

        if (frame.Type != FrameType.Greeting)
        {
            return (null, 0, $"{address} answered the greeting with a frame of type {(byte)frame.Type}");
        }

        return GreetingCodec.TryDecode(frame.Body.Span, out var remote, out _, out problem)
            ? (remote, version, "")
            : (null, 0, $"{address}: {problem}");
    }

    /// <summary>A peer says nothing more after its greeting, so a read ends when the connection does.</summary>
    private async Task<string> WatchAsync(FrameReader reader)
    {
        try
        {
            return await reader.WaitForBytesAsync(closing.Token)
                ? $"{address} sent bytes where none may come"
                : $"closed by {address}";
        }
        catch (Exception exception) when (PeerSockets.IsConnectionError(exception))
        {
            return $"connection to {address} lost: {PeerSockets.Describe(exception)}";
        }
    }

    private async Task<string> WriteAsync(Socket socket, FrameBatch batch, byte version)
    {
        try
        {
            while (await queue.WaitAsync())
            {
                batch.Clear();
                while (!batch.IsFull && queue.TryTake(out var queued))
                {
                    batch.Append(version, queued.Group, queued.Frame);
                }

                await SendAsync(socket, batch);
                counters!.Sent(batch.ByteCount);
                Interlocked.Add(ref unsentBytes, -batch.ByteCount);
            }

            return "closed by this node";
        }
        catch (Exception exception) when (PeerSockets.IsConnectionError(exception))
        {
            return $"connection to {address} lost: {PeerSockets.Describe(exception)}";
        }
    }

    private static async ValueTask SendAsync(Socket socket, FrameBatch batch)
    {
        var segments = batch.Segments();
        if (segments.Count > 1)
        {
            // A stream socket takes all or fails; should one ever take a part, the frames behind would be garbage.
            var sent = await socket.SendAsync(segments, SocketFlags.None);
            if (sent != batch.ByteCount)
            {
                throw new IOException($"only {sent} of {batch.ByteCount} bytes were sent");
            }

            return;
        }

        ReadOnlyMemory<byte> rest = segments[0];
        while (!rest.IsEmpty)
        {
            rest = rest[await socket.SendAsync(rest, SocketFlags.None)..];
        }
    }
}
