using Keva.Node.Configuration;

namespace Keva.Simulator.Network;

/// <summary>What a connection is held to, as the real one by its settings.</summary>
internal sealed record TransportLimits(TimeSpan ConnectTimeout, TimeSpan DeadPeerTimeout, long SendBufferBytes, int MaxFrameBytes)
{
    public static TransportLimits Of(TransportSettings settings) =>
        new(settings.ConnectTimeout, settings.DeadPeerTimeout, settings.SendBufferBytes, settings.MaxFrameBytes);
}
