using System.Net;
using System.Net.Sockets;
using Keva.Node.Transport;
using Keva.Node.Transport.Codec;

namespace Keva.Tests.Transport;

/// <summary>A listener that takes connections and leaves them to the test.</summary>
internal sealed class MuteServer : IDisposable
{
    private readonly Socket listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public MuteServer()
    {
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen();
    }

    public string Address => listening.LocalEndPoint!.ToString()!;

    public async Task<RawPeer> AcceptAsync() => new(await listening.AcceptAsync().WaitAsync(RecordingPeers.Deadline));

    public void Dispose() => listening.Dispose();
}

/// <summary>A peer that answers the greeting and then never reads again.</summary>
internal sealed class DeafServer : IDisposable
{
    private readonly MuteServer server = new();
    private readonly Task<RawPeer> peer;

    public DeafServer() => peer = AnswerAsync();

    public string Address => server.Address;

    public void Dispose()
    {
        server.Dispose();
        peer.Result.Dispose();
    }

    private async Task<RawPeer> AnswerAsync()
    {
        var accepted = await server.AcceptAsync();
        await accepted.SendAsync(Samples.HandshakeOf(GreetingCodec.Encode(Samples.Formed, PeerLane.Control)));
        return accepted;
    }
}
