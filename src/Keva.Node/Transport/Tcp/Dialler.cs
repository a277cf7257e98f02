using System.Net;
using System.Net.Sockets;

namespace Keva.Node.Transport.Tcp;

/// <summary>Opens a TCP connection to an address that people wrote.</summary>
internal static class Dialler
{
    /// <summary>Tries every address of the host in turn.</summary>
    /// <exception cref="IOException">None of them answered in time; the message says what each said.</exception>
    public static async Task<Socket> ConnectAsync(string host, int port, PeerNetworkOptions options, CancellationToken closing)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(closing);
        deadline.CancelAfter(options.ConnectTimeout);
        var problems = new List<string>();
        try
        {
            foreach (var address in await ResolveAsync(host, deadline.Token))
            {
                try
                {
                    return await ConnectAsync(new IPEndPoint(address, port), options, deadline.Token);
                }
                catch (SocketException exception)
                {
                    problems.Add($"{address}: {exception.Message}");
                }
            }
        }
        catch (OperationCanceledException) when (!closing.IsCancellationRequested)
        {
            problems.Add($"no answer within {options.ConnectTimeout.TotalSeconds:0.###} s");
        }

        throw new IOException(string.Join("; ", problems));
    }

    private static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(host, out var literal))
        {
            return [literal];
        }

        try
        {
            return await Dns.GetHostAddressesAsync(host, cancellation);
        }
        catch (SocketException exception)
        {
            throw new IOException($"the name '{host}' cannot be resolved: {exception.Message}", exception);
        }
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint endPoint, PeerNetworkOptions options, CancellationToken cancellation)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            PeerSockets.Configure(socket, options);
            await socket.ConnectAsync(endPoint, cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
