using System.Net.Sockets;
using Keva.Node.Transport;
using Keva.Node.Transport.Tcp;

namespace Keva.Tests.Transport;

public sealed class PeerSocketsTests
{
    [Fact]
    public void The_operating_system_is_told_to_notice_a_dead_machine_in_time()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        PeerSockets.Configure(socket, new PeerNetworkOptions { DeadPeerTimeout = TimeSpan.FromSeconds(12) });

        var idle = Option(socket, SocketOptionName.TcpKeepAliveTime);
        var probes = Option(socket, SocketOptionName.TcpKeepAliveRetryCount) * Option(socket, SocketOptionName.TcpKeepAliveInterval);
        Assert.True(socket.NoDelay);
        Assert.NotEqual(0, (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive)!);
        Assert.Equal(12, idle + probes);
        if (OperatingSystem.IsLinux())
        {
            // TCP_USER_TIMEOUT, in milliseconds.
            var unacknowledged = new byte[sizeof(int)];
            socket.GetRawSocketOption(6, 18, unacknowledged);
            Assert.Equal(12_000, BitConverter.ToInt32(unacknowledged));
        }
    }

    private static int Option(Socket socket, SocketOptionName name) => (int)socket.GetSocketOption(SocketOptionLevel.Tcp, name)!;
}
