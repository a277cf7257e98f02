using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Keva.Node.Configuration;

/// <summary>An address of the form <c>host:port</c>; the host is a name, an IPv4 address, or an IPv6 address without brackets.</summary>
public sealed record HostAndPort(string Host, int Port)
{
    private const int LongestHostName = 253;

    /// <summary>Reads <c>host:port</c>, with an IPv6 address in brackets.</summary>
    /// <param name="text">What to read.</param>
    /// <param name="address">The address, if it is one.</param>
    /// <param name="problem">Otherwise what is wrong with it, to follow a colon.</param>
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out HostAndPort? address,
        [NotNullWhen(false)] out string? problem)
    {
        address = null;
        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? "" : text[..colon];
        var isBracketed = host.StartsWith('[') && host.EndsWith(']');
        if (colon < 0 || (!isBracketed && text.IndexOf(':', StringComparison.Ordinal) != colon))
        {
            problem = $"'{text}' is not of the form host:port (an IPv6 address needs brackets: [::1]:3700)";
            return false;
        }

        host = isBracketed ? host[1..^1] : host;
        problem = ProblemWithHost(host);
        if (problem is not null || !TryParsePort(text[(colon + 1)..], out var port, out problem))
        {
            return false;
        }

        address = new HostAndPort(host, port);
        problem = null;
        return true;
    }

    /// <summary>What keeps <paramref name="host"/> from being an address that others can reach, or null.</summary>
    public static string? ProblemWithHost(string host)
    {
        if (host.Length == 0)
        {
            return "the host is empty";
        }

        if (TryParseAddress(host, out var ip))
        {
            return ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)
                ? $"'{host}' stands for every address of this machine; give one that the other nodes can reach"
                : null;
        }

        if (host.Contains(':', StringComparison.Ordinal))
        {
            return $"'{host}' is not a host: a port does not belong here, and an IPv6 address stands without brackets";
        }

        // A name of digits only would be taken for an address by some resolvers, and is most likely a port.
        var labels = host.Split('.');
        var isName = host.Length <= LongestHostName
            && labels.All(label => label.Length is > 0 and <= 63 && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            && !labels[^1].All(char.IsAsciiDigit);
        return isName ? null : $"'{host}' is neither a host name nor an IP address";
    }

    /// <summary>Reads a port from 1 to 65535.</summary>
    public static bool TryParsePort(string text, out int port, [NotNullWhen(false)] out string? problem)
    {
        var isPort = NumberText.TryParse(text, NumberStyles.None, out port) && port is >= 1 and <= 65535;
        problem = isPort ? null : $"'{text}' is not a port: it must be a number from 1 to 65535";
        return isPort;
    }

    /// <summary>
    /// Equal for addresses that would be the same socket: names have no case, and all names of the loopback interface
    /// are one.
    /// </summary>
    internal string SocketName => string.Create(CultureInfo.InvariantCulture, $"{Canonical(Host)} {Port}");

    /// <summary><c>host:port</c>, with brackets around an IPv6 address.</summary>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    private static string Canonical(string host)
    {
        if (string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase))
        {
            return IPAddress.Loopback.ToString();
        }

        if (!TryParseAddress(host, out var ip))
        {
            return host.ToLowerInvariant();
        }

        ip = ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip;
        return ip.AddressFamily == AddressFamily.InterNetworkV6 && IPAddress.IsLoopback(ip)
            ? IPAddress.Loopback.ToString()
            : ip.ToString();
    }

    /// <summary>
    /// .NET also takes <c>1</c> for 0.0.0.1, IPv6 with brackets and a port, and anything at all for the zone behind a
    /// percent sign; here an IPv4 address has four numbers, an IPv6 address is bare, and both are plain text.
    /// </summary>
    private static bool TryParseAddress(string host, [NotNullWhen(true)] out IPAddress? ip) =>
        IPAddress.TryParse(host, out ip)
        && host.All(c => char.IsAsciiLetterOrDigit(c) || c is ':' or '.' or '%' or '-' or '_')
        && (ip.AddressFamily != AddressFamily.InterNetwork || string.Equals(ip.ToString(), host, StringComparison.Ordinal));
}
