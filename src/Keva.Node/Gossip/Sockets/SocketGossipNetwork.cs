using System.Net;
using System.Net.Sockets;
using Keva.Node.Transport.Tcp;

namespace Keva.Node.Gossip.Sockets;

/// <summary>
/// Gossip over UDP and TCP, on the port that other nodes dial: streams that come in there and speak gossip are handed over
/// by the listener.
/// </summary>
public sealed class SocketGossipNetwork(GossipNetworkOptions? options = null) : IGossipNetwork
{
    private readonly GossipNetworkOptions options = options ?? GossipNetworkOptions.Default;
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private readonly HashSet<Task> running = [];
    private DatagramSockets? datagrams;
    private IPEndPoint? advertised;
    private volatile IInboundGossip? inbound;
    private bool isStopped;
    private int inboundStreams;
    private int outboundStreams;
    private long dropped;

    public IPEndPoint Advertised => advertised ?? throw new InvalidOperationException("the gossip has no address before it is bound");

    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Takes the addresses where the listener for streams is. Once only.</summary>
    /// <exception cref="IOException">They are in use for datagrams.</exception>
    public void Bind(IReadOnlyList<IPEndPoint> listening)
    {
        advertised = AdvertisedAddress.Of(listening);
        datagrams = DatagramSockets.Bind(listening);
        datagrams.Receive(OnDatagram);
    }

    public void Open(IInboundGossip inboundGossip) => inbound = inboundGossip;

    public void Send(IPEndPoint to, ReadOnlyMemory<byte> datagram)
    {
        if (datagrams is null || !datagrams.TrySend(to, datagram.Span))
        {
            Interlocked.Increment(ref dropped);
        }
    }

    public IGossipStream Connect(IPEndPoint to, ReadOnlyMemory<byte> first, IGossipStreamEvents events)
    {
        Socket socket;
        try
        {
            socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        }
        catch (SocketException)
        {
            // A machine without IPv6 is told about a node that has only that.
            Interlocked.Increment(ref dropped);
            events.OnEnded();
            return NoStream.Instance;
        }

        var stream = new SocketStream(socket, options, stopping.Token);
        stream.Write(first);
        if (!TryRun(stream, to, ReadOnlyMemory<byte>.Empty, _ => events, ref outboundStreams, options.MaxOutboundStreams))
        {
            stream.Dispose();
            events.OnEnded();
        }

        return stream;
    }

    public void Resolve(string address, Action<IReadOnlyList<IPEndPoint>, string?> resolved) => _ = Task.Run(() => ResolveAsync(address, resolved));

    public async ValueTask DisposeAsync()
    {
        List<Task> last;
        lock (gate)
        {
            if (isStopped)
            {
                return;
            }

            isStopped = true;
            last = [.. running];
        }

        await stopping.CancelAsync();
        await Task.WhenAll(last);
        if (datagrams is not null)
        {
            await datagrams.DisposeAsync();
        }
    }

    /// <summary>Takes over a connection that the listener accepted and that speaks gossip.</summary>
    /// <param name="socket">Owned by the gossip from now on; closed, if it is not taken.</param>
    /// <param name="first">What was read from it, which is kept.</param>
    /// <returns>False if there is no room, or nobody who would answer.</returns>
    internal bool TryAdopt(Socket socket, ReadOnlyMemory<byte> first)
    {
        if (inbound is not { } receiver)
        {
            Interlocked.Increment(ref dropped);
            return false;
        }

        var stream = new SocketStream(socket, options, stopping.Token);
        if (TryRun(stream, null, first, receiver.OnStream, ref inboundStreams, options.MaxInboundStreams))
        {
            return true;
        }

        stream.Dispose();
        return false;
    }

    private void OnDatagram(IPEndPoint from, ReadOnlyMemory<byte> datagram) => inbound?.OnDatagram(from, datagram);

    private bool TryRun(
        SocketStream stream,
        IPEndPoint? dial,
        ReadOnlyMemory<byte> first,
        Func<IGossipStream, IGossipStreamEvents> begin,
        ref int count,
        int most)
    {
        lock (gate)
        {
            if (isStopped || count >= most)
            {
                Interlocked.Increment(ref dropped);
                return false;
            }

            count++;
            var isInbound = dial is null;
            var task = new Task<Task>(() => RunAsync(stream, dial, first, begin(stream), isInbound));
            var whole = task.Unwrap();
            running.Add(whole);
            _ = whole.ContinueWith(
                ended =>
                {
                    lock (gate)
                    {
                        running.Remove(ended);
                    }
                },
                TaskScheduler.Default);
            task.Start(TaskScheduler.Default);
            return true;
        }
    }

    private async Task RunAsync(SocketStream stream, IPEndPoint? dial, ReadOnlyMemory<byte> first, IGossipStreamEvents events, bool isInbound)
    {
        if (!await stream.RunAsync(dial, first, events))
        {
            Interlocked.Increment(ref dropped);
        }

        stream.Dispose();
        lock (gate)
        {
            (isInbound ? ref inboundStreams : ref outboundStreams)--;
        }
    }

    private async Task ResolveAsync(string address, Action<IReadOnlyList<IPEndPoint>, string?> resolved)
    {
        if (!PeerAddress.TryParse(address, out var host, out var port))
        {
            resolved([], "it is not of the form host:port");
            return;
        }

        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
            deadline.CancelAfter(options.ResolveTimeout);
            resolved([.. (await LookUpAsync(host, deadline.Token)).Select(found => new IPEndPoint(found, port))], null);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            resolved([], exception is SocketException ? $"the name cannot be resolved: {exception.Message}" : "the name was not resolved in time");
        }
    }

    /// <summary>A name of this machine itself is one address, so that it is not joined twice.</summary>
    private async Task<IPAddress[]> LookUpAsync(string host, CancellationToken cancellation)
    {
        if (string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase))
        {
            return [Advertised.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback];
        }

        return IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellation);
    }

    private sealed class NoStream : IGossipStream
    {
        public static readonly NoStream Instance = new();

        public void Write(ReadOnlyMemory<byte> bytes)
        {
            // There is no way to the other side.
        }

        public void Close()
        {
            // It is.
        }
    }
}
