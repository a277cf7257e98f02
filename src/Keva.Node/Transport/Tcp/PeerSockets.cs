using System.Net;
using System.Net.Sockets;

namespace Keva.Node.Transport.Tcp;

/// <summary>How sockets between nodes are set up, and what to call them and their errors.</summary>
internal static class PeerSockets
{
    private const int LinuxTcpLevel = 6;
    private const int LinuxTcpUserTimeout = 18;
    private const int Probes = 3;

    /// <summary>
    /// Small messages leave at once, and a peer whose machine is gone is noticed within
    /// <see cref="PeerNetworkOptions.DeadPeerTimeout"/>: by probes when there is nothing to send, and on Linux by its own
    /// limit on unacknowledged bytes when there is. (Without that limit, resending goes on for a quarter of an hour.)
    /// </summary>
    public static void Configure(Socket socket, PeerNetworkOptions options)
    {
        socket.NoDelay = true;
        var seconds = Math.Max(2, (int)options.DeadPeerTimeout.TotalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Math.Max(1, seconds / 2));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Math.Max(1, seconds / 2 / Probes));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(LinuxTcpLevel, LinuxTcpUserTimeout, BitConverter.GetBytes(seconds * 1000));
        }
    }

    /// <summary>The remote end for logs; an IPv4 address is written as one also on an IPv6 socket.</summary>
    public static string RemoteName(Socket socket)
    {
        try
        {
            return socket.RemoteEndPoint switch
            {
                IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped => $"{mapped.Address.MapToIPv4()}:{mapped.Port}",
                { } other => other.ToString() ?? "?",
                null => "?",
            };
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return "?";
        }
    }

    /// <summary>Whether this is how a socket says that the connection or the machine at its other end is gone.</summary>
    public static bool IsConnectionError(Exception exception) =>
        exception is SocketException or IOException or ObjectDisposedException or OperationCanceledException;

    /// <summary>The sentence of the operating system, without the layers around it.</summary>
    public static string Describe(Exception exception) =>
        exception is IOException { InnerException: SocketException inner } ? inner.Message : exception.Message;
}
