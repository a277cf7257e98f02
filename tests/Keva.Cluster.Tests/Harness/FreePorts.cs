using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Keva.Cluster.Tests.Harness;

/// <summary>
/// Ports on the loopback interface for the programs under test. They lie below the range from which the system takes
/// ports for outgoing connections, so that nobody gets one of them while its node is down.
/// </summary>
internal static class FreePorts
{
    private const int First = 12_000;
    private const int End = 30_000;

    private static readonly HashSet<int> Given = [];

    public static int Next()
    {
        lock (Given)
        {
            for (var attempt = 0; attempt < 1000; attempt++)
            {
                var port = RandomNumberGenerator.GetInt32(First, End);
                if (!Given.Contains(port) && IsFree(port))
                {
                    Given.Add(port);
                    return port;
                }
            }
        }

        throw new InvalidOperationException($"no free port from {First} to {End}");
    }

    /// <summary>The first of <paramref name="count"/> ports in a row, and as many a hundred higher.</summary>
    public static int NextRange(int count)
    {
        lock (Given)
        {
            for (var attempt = 0; attempt < 1000; attempt++)
            {
                var first = RandomNumberGenerator.GetInt32(First, End - 200);
                var ports = Enumerable.Range(first, count).Concat(Enumerable.Range(first + 100, count)).ToArray();
                if (ports.All(port => !Given.Contains(port) && IsFree(port)))
                {
                    Given.UnionWith(ports);
                    return first;
                }
            }
        }

        throw new InvalidOperationException($"no {count} free ports in a row from {First} to {End}");
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
