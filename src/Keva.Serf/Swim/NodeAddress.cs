using System.Net;

namespace Keva.Serf.Swim;

/// <summary>
/// Addresses as they stand in messages: the bytes of an IP address, of which agents that listen everywhere write IPv4 in the
/// 16-byte mapped form. Others compare the bytes, so they are passed on as they came and mapped only to send.
/// </summary>
internal static class NodeAddress
{
    public static bool IsUsable(byte[]? address) => address is { Length: 4 or 16 };

    public static IPEndPoint ToEndPoint(byte[] address, int port) => new(Unmapped(new IPAddress(address)), port);

    public static byte[] ToBytes(IPAddress address) => Unmapped(address).GetAddressBytes();

    /// <summary>The same whichever way an IPv4 address was written.</summary>
    public static IPEndPoint Normalised(IPEndPoint endPoint) => new(Unmapped(endPoint.Address), endPoint.Port);

    private static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
