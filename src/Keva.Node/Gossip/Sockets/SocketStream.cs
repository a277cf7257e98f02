using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Keva.Node.Transport.Tcp;

namespace Keva.Node.Gossip.Sockets;

/// <summary>A TCP connection that carries gossip, dialled by either side. It has a limit for bytes and one for its life.</summary>
internal sealed class SocketStream : IGossipStream, IDisposable
{
    private const int BufferBytes = 16 * 1024;

    private readonly Socket socket;
    private readonly GossipNetworkOptions options;
    private readonly CancellationTokenSource lifetime;

    // What the protocol writes is a message or two, which it limits itself.
    private readonly Channel<ReadOnlyMemory<byte>> unsent = Channel.CreateUnbounded<ReadOnlyMemory<byte>>(new() { SingleReader = true });
    private volatile bool isConnected;
    private volatile bool isClosed;

    /// <param name="socket">Connected or not; owned by the stream.</param>
    /// <param name="options">Limits.</param>
    /// <param name="stopping">Cancelled when the network ends.</param>
    public SocketStream(Socket socket, GossipNetworkOptions options, CancellationToken stopping)
    {
        this.socket = socket;
        this.options = options;
        lifetime = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        lifetime.CancelAfter(options.StreamLifetime);
    }

    public void Write(ReadOnlyMemory<byte> bytes) => unsent.Writer.TryWrite(bytes);

    public void Close()
    {
        isClosed = true;
        unsent.Writer.TryComplete();
        if (!isConnected)
        {
            try
            {
                lifetime.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It has come to its end by itself.
            }
        }
    }

    /// <summary>Connects, if that is to be done, and runs until both sides are done. Never throws.</summary>
    /// <returns>Whether the stream came to an orderly end.</returns>
    public async Task<bool> RunAsync(IPEndPoint? dial, ReadOnlyMemory<byte> first, IGossipStreamEvents events)
    {
        var isOrderly = false;
        var writing = Task.CompletedTask;
        try
        {
            if (dial is not null)
            {
                await socket.ConnectAsync(dial, lifetime.Token);
            }

            isConnected = true;
            socket.NoDelay = true;
            writing = WriteAllAsync();
            isOrderly = await ReadAllAsync(first, events);
        }
        catch (Exception exception) when (PeerSockets.IsConnectionError(exception))
        {
            // Peers crash, leave and are too slow. Gossip expects it.
        }

        events.OnEnded();
        if (!isOrderly)
        {
            await lifetime.CancelAsync();
        }

        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return isOrderly || isClosed;
    }

    public void Dispose()
    {
        socket.Dispose();
        lifetime.Dispose();
    }

    private async Task WriteAllAsync()
    {
        await foreach (var bytes in unsent.Reader.ReadAllAsync(lifetime.Token))
        {
            for (var rest = bytes; !rest.IsEmpty;)
            {
                rest = rest[await socket.SendAsync(rest, lifetime.Token)..];
            }
        }

        // Closing while the other side still sends would reset the connection, and what was sent could be lost with it.
        socket.Shutdown(SocketShutdown.Send);
        lifetime.CancelAfter(options.LingerTime);
    }

    private async Task<bool> ReadAllAsync(ReadOnlyMemory<byte> first, IGossipStreamEvents events)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var total = (long)first.Length;
            var isWanted = first.IsEmpty || events.OnBytes(first);
            while (isWanted && total <= options.MaxStreamBytes)
            {
                var length = await socket.ReceiveAsync(buffer.AsMemory(), lifetime.Token);
                if (length == 0)
                {
                    return true;
                }

                total += length;
                isWanted = isClosed || events.OnBytes(buffer.AsMemory(0, length).ToArray());
            }

            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
