using System.Net;
using System.Net.Sockets;

namespace Keva.Benchmarks.Servers;

/// <summary>
/// Free ports on the loopback interface. They lie below those that the system gives to outgoing connections, so that
/// nobody takes the port of a node that is down.
/// </summary>
internal sealed class LoopbackPorts
{
    private const int First = 12_000;
    private const int End = 30_000;
    private const int Attempts = 1000;

    private readonly Random random = new();
    private readonly HashSet<int> given = [];

    public int Next()
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var port = random.Next(First, End);
            if (!given.Contains(port) && IsFree(port))
            {
                given.Add(port);
                return port;
            }
        }

        throw new BenchmarkException($"there is no free port from {First} to {End} on the loopback interface");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
