using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Keva.Node.Transport;
using Keva.Node.Transport.Tcp;
using Keva.Raft;
using Keva.Raft.Messages;

namespace Keva.Tests.Transport;

/// <summary>An accepting side that keeps all that it is told.</summary>
internal sealed class RecordingPeers(PeerHello answer, string? refusal = null) : IInboundPeers
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly Channel<(NodeId From, GroupId Group, RaftMessage Message)> messages = Channel.CreateUnbounded<(NodeId, GroupId, RaftMessage)>();
    private readonly Channel<(string RemoteEndPoint, string Reason)> rejections = Channel.CreateUnbounded<(string, string)>();
    private readonly Channel<PeerHello> greetings = Channel.CreateUnbounded<PeerHello>();

    public string? Accept(PeerHello remote, out PeerHello answerGreeting)
    {
        greetings.Writer.TryWrite(remote);
        answerGreeting = answer;
        return refusal;
    }

    public void OnMessage(NodeId from, GroupId group, RaftMessage message) => messages.Writer.TryWrite((from, group, message));

    public void OnRejected(string remoteEndPoint, string reason) => rejections.Writer.TryWrite((remoteEndPoint, reason));

    public bool HasRejections => rejections.Reader.TryPeek(out _);

    public Task<(NodeId From, GroupId Group, RaftMessage Message)> NextMessage() => messages.Reader.ReadAsync().AsTask().WaitAsync(Deadline);

    public Task<(string RemoteEndPoint, string Reason)> NextRejection() => rejections.Reader.ReadAsync().AsTask().WaitAsync(Deadline);

    public Task<PeerHello> NextGreeting() => greetings.Reader.ReadAsync().AsTask().WaitAsync(Deadline);
}

/// <summary>A dialling side that keeps all that it is told.</summary>
internal sealed class RecordingEvents : IPeerConnectionEvents
{
    private readonly TaskCompletionSource<PeerHello> connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<PeerHello> Connected => connected.Task.WaitAsync(RecordingPeers.Deadline);

    public Task<string> Closed => closed.Task.WaitAsync(RecordingPeers.Deadline);

    public bool HasConnected => connected.Task.IsCompleted;

    public bool HasClosed => closed.Task.IsCompleted;

    // SetResult throws at a second call, so each test also checks "at most once".
    public void OnConnected(PeerHello remote) => connected.SetResult(remote);

    public void OnClosed(string reason) => closed.SetResult(reason);
}

/// <summary>A client or a server that speaks whatever bytes a test wants.</summary>
internal sealed class RawPeer(Socket socket) : IDisposable
{
    public static async Task<RawPeer> DialAsync(TcpPeerNetwork network)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, network.LocalEndPoints[0].Port);
        return new RawPeer(socket);
    }

    public EndPoint LocalEndPoint => socket.LocalEndPoint!;

    public Task SendAsync(ReadOnlyMemory<byte> bytes) => socket.SendAsync(bytes).AsTask().WaitAsync(RecordingPeers.Deadline);

    public void EndSending() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>All bytes until the other side ends the connection; a reset counts as an end.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        var all = new MemoryStream();
        var buffer = new byte[4096];
        while (true)
        {
            int read;
            try
            {
                read = await socket.ReceiveAsync(buffer).WaitAsync(RecordingPeers.Deadline);
            }
            catch (SocketException)
            {
                read = 0;
            }

            if (read == 0)
            {
                return all.ToArray();
            }

            all.Write(buffer, 0, read);
        }
    }

    public async Task<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        await using var stream = new NetworkStream(socket, ownsSocket: false);
        await stream.ReadExactlyAsync(bytes).AsTask().WaitAsync(RecordingPeers.Deadline);
        return bytes;
    }

    public void Dispose() => socket.Dispose();
}
