using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Keva.Node.Gossip.Sockets;

/// <summary>Where others reach a node: where it listens, or, if that is everywhere, an address of this machine.</summary>
internal static class AdvertisedAddress
{
    public static IPEndPoint Of(IReadOnlyList<IPEndPoint> listening)
    {
        var first = listening[0];
        if (!first.Address.Equals(IPAddress.Any) && !first.Address.Equals(IPAddress.IPv6Any))
        {
            return first;
        }

        var addresses = NetworkInterface.GetAllNetworkInterfaces()
            .Where(card => card.OperationalStatus == OperationalStatus.Up && card.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(card => card.GetIPProperties().UnicastAddresses, (_, address) => address.Address)
            .Where(address => !address.IsIPv6LinkLocal && !IPAddress.IsLoopback(address))
            .ToList();

        // Everywhere in IPv6 is everywhere in IPv4, too, and more machines can reach that.
        var chosen = addresses.Find(address => address.AddressFamily == AddressFamily.InterNetwork)
            ?? addresses.Find(_ => first.AddressFamily == AddressFamily.InterNetworkV6)
            ?? (first.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback);
        return new IPEndPoint(chosen, first.Port);
    }
}
