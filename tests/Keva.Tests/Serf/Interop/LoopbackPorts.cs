using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Keva.Tests.Serf.Interop;

/// <summary>
/// Addresses whose port is free for TCP and UDP alike. They lie below the range from which the system takes ports for
/// outgoing connections, so that nobody gets one of them by chance.
/// </summary>
internal static class LoopbackPorts
{
    private const int First = 12_000;
    private const int End = 30_000;

    private static readonly HashSet<int> Given = [];

    public static IPEndPoint Next()
    {
        lock (Given)
        {
            while (true)
            {
                var address = new IPEndPoint(IPAddress.Loopback, RandomNumberGenerator.GetInt32(First, End));
                if (IsFree(address, SocketType.Stream, ProtocolType.Tcp) && IsFree(address, SocketType.Dgram, ProtocolType.Udp) && Given.Add(address.Port))
                {
                    return address;
                }
            }
        }
    }

    private static bool IsFree(IPEndPoint address, SocketType type, ProtocolType protocol)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
        try
        {
            socket.Bind(address);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
