using System.Net;
using System.Net.Sockets;

namespace Keva.Node.Transport.Tcp;

/// <summary>Binds a host and a port as people write them.</summary>
internal static class ListeningSockets
{
    private const int Backlog = 128;

    /// <summary>
    /// Sockets that listen on every address of the host that this machine has, all on one port; port 0: any that is free
    /// on all of them.
    /// </summary>
    /// <exception cref="IOException">There is no such address here, or one of them is in use.</exception>
    public static List<Socket> Bind(string host, int port)
    {
        var addresses = Resolve(host);
        for (var attempt = 1; ; attempt++)
        {
            var sockets = new List<Socket>();
            try
            {
                BindAll(host, port, addresses, sockets);
                return sockets;
            }
            catch (SocketException exception)
            {
                sockets.ForEach(static socket => socket.Dispose());

                // The port that was free on the first address may be taken on the second.
                if (port != 0 || exception.SocketErrorCode != SocketError.AddressAlreadyInUse || attempt == 10)
                {
                    throw new IOException(Explain(host, port, exception), exception);
                }
            }
        }
    }

    private static void BindAll(string host, int port, IPAddress[] addresses, List<Socket> sockets)
    {
        SocketException? notHere = null;
        foreach (var address in addresses)
        {
            var boundPort = sockets.Count > 0 ? ((IPEndPoint)sockets[0].LocalEndPoint!).Port : port;
            try
            {
                sockets.Add(Bind(new IPEndPoint(address, boundPort)));
            }
            catch (SocketException exception) when (exception.SocketErrorCode
                is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
            {
                notHere = exception;
            }
        }

        if (sockets.Count == 0)
        {
            throw notHere ?? new SocketException((int)SocketError.HostNotFound, $"'{host}' has no address");
        }
    }

    private static IPAddress[] Resolve(string host)
    {
        if (string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase))
        {
            return [IPAddress.Loopback, IPAddress.IPv6Loopback];
        }

        if (IPAddress.TryParse(host, out var literal))
        {
            return [literal];
        }

        try
        {
            return Dns.GetHostAddresses(host);
        }
        catch (SocketException exception)
        {
            throw new IOException($"cannot listen on '{host}': the name cannot be resolved: {exception.Message}", exception);
        }
    }

    private static Socket Bind(IPEndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(endPoint);
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Explain(string host, int port, SocketException exception) => exception.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse =>
            $"cannot listen on {host}:{port}: the port is in use, perhaps by another node; stop it, or choose another keva_port",
        SocketError.AddressNotAvailable =>
            $"cannot listen on {host}:{port}: this machine does not have that address",
        SocketError.AccessDenied =>
            $"cannot listen on {host}:{port}: not permitted; ports below 1024 are for the system",
        _ => $"cannot listen on {host}:{port}: {exception.Message}",
    };
}
