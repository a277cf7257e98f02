using Keva.Node.Configuration;
using Keva.Node.Transport;

namespace Keva.Node.Hosting;

/// <summary>The settings of the transport as the network wants them.</summary>
internal static class PeerNetworkOptionsFrom
{
    public static PeerNetworkOptions Settings(TransportSettings settings) => new()
    {
        ConnectTimeout = settings.ConnectTimeout,
        HandshakeTimeout = settings.HandshakeTimeout,
        DeadPeerTimeout = settings.DeadPeerTimeout,
        MaxFrameBytes = settings.MaxFrameBytes,
        SendBufferBytes = settings.SendBufferBytes,
    };
}
