using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Keva.Actors.Dispatch;

namespace Keva.Node.Gossip.Sockets;

/// <summary>UDP on every address that the listener for streams has.</summary>
internal sealed class DatagramSockets : IAsyncDisposable
{
    private const int LongestDatagram = 65_536;
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromMilliseconds(100);

    private readonly List<Socket> sockets;
    private readonly CancellationTokenSource stopping = new();
    private readonly List<Task> receiving = [];

    private DatagramSockets(List<Socket> sockets) => this.sockets = sockets;

    /// <exception cref="IOException">One of them cannot be bound; the message says which and why.</exception>
    public static DatagramSockets Bind(IReadOnlyList<IPEndPoint> endPoints)
    {
        var bound = new List<Socket>();
        foreach (var endPoint in endPoints)
        {
            var socket = new Socket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            bound.Add(socket);
            try
            {
                if (endPoint.Address.Equals(IPAddress.IPv6Any))
                {
                    socket.DualMode = true;
                }

                // Sending must not wait: what the system has no room for is lost, as on the way.
                socket.Blocking = false;
                socket.Bind(endPoint);
            }
            catch (SocketException exception)
            {
                bound.ForEach(static socket => socket.Dispose());
                throw new IOException(
                    $"cannot gossip on {endPoint} over UDP: {exception.Message}; stop what uses the port, or choose another keva_port", exception);
            }
        }

        return new DatagramSockets(bound);
    }

    public void Receive(Action<IPEndPoint, ReadOnlyMemory<byte>> onDatagram)
    {
        foreach (var socket in sockets)
        {
            receiving.Add(Task.Run(() => ReceiveAsync(socket, onDatagram)));
        }
    }

    /// <summary>False if it cannot be sent.</summary>
    public bool TrySend(IPEndPoint to, ReadOnlySpan<byte> datagram)
    {
        try
        {
            return SocketFor(to) is { } socket && socket.SendTo(datagram, SocketFlags.None, to) == datagram.Length;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        sockets.ForEach(static socket => socket.Dispose());
        await Task.WhenAll(receiving);
        stopping.Dispose();
    }

    private Socket? SocketFor(IPEndPoint to) =>
        sockets.Find(socket => socket.AddressFamily == to.AddressFamily)
        ?? sockets.Find(static socket => socket is { AddressFamily: AddressFamily.InterNetworkV6, DualMode: true });

    private async Task ReceiveAsync(Socket socket, Action<IPEndPoint, ReadOnlyMemory<byte>> onDatagram)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LongestDatagram);
        var anyone = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                try
                {
                    var received = await socket.ReceiveFromAsync(buffer.AsMemory(0, LongestDatagram), SocketFlags.None, anyone, stopping.Token);
                    using (ThreadPoolDispatcher.BeginTurn())
                    {
                        onDatagram(Unmapped((IPEndPoint)received.RemoteEndPoint), buffer.AsMemory(0, received.ReceivedBytes).ToArray());
                    }
                }
                catch (SocketException) when (!stopping.IsCancellationRequested)
                {
                    // Some systems report here that an earlier datagram did not arrive; if it is worse, do not spin.
                    await Task.Delay(PauseAfterError, stopping.Token);
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The end.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static IPEndPoint Unmapped(IPEndPoint from) =>
        from.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(from.Address.MapToIPv4(), from.Port) : from;
}
