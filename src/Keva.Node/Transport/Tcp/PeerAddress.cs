using System.Globalization;

namespace Keva.Node.Transport.Tcp;

/// <summary>Addresses as people write them: <c>host:port</c>, with an IPv6 literal in brackets.</summary>
internal static class PeerAddress
{
    /// <summary>Parts an address into its host, without brackets, and its port from 1 to 65535.</summary>
    public static bool TryParse(string address, out string host, out int port)
    {
        host = "";
        port = 0;
        var colon = address.LastIndexOf(':');
        if (colon < 1
            || !NumberText.TryParse(address.AsSpan(colon + 1), NumberStyles.None, out port)
            || port is < 1 or > ushort.MaxValue)
        {
            return false;
        }

        host = address[..colon];
        if (host[0] == '[' && host[^1] == ']')
        {
            host = host[1..^1];
            return host.Contains(':', StringComparison.Ordinal);
        }

        return !host.AsSpan().ContainsAny('[', ']', ':');
    }
}
