using Keva.Node.Configuration;

namespace Keva.Node.Gateway.Http;

/// <summary>
/// The origins (RFC 6454) that are a member's HTTP address. Their pages are the cluster's own, the dashboard: each of them may
/// go on with another member when the one that it came from is gone.
/// </summary>
internal sealed class MemberOrigins(IKeyValueService service)
{
    private const string Scheme = "http://";

    private Known? known;

    /// <summary>
    /// The members' addresses as origins, for those that a content security policy can name: it has no form for IPv6 addresses
    /// (CSP Level 3 §2.3.1).
    /// </summary>
    public IReadOnlyList<string> Nameable => Current().Nameable;

    /// <summary>Whether the origin is the address of a member. All names of the loopback interface are one.</summary>
    public bool Contains(string origin)
    {
        if (!origin.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return false;
        }

        // A browser leaves the default port out.
        var authority = origin[Scheme.Length..];
        return (HostAndPort.TryParse(authority, out var address, out _) || HostAndPort.TryParse(authority + ":80", out address, out _))
            && Current().SocketNames.Contains(address.SocketName);
    }

    private Known Current()
    {
        var view = service.View;
        var current = Volatile.Read(ref known);
        if (current is null || !ReferenceEquals(current.View, view))
        {
            current = Read(view);
            Volatile.Write(ref known, current);
        }

        return current;
    }

    private static Known Read(ClusterView view)
    {
        var socketNames = new HashSet<string>(StringComparer.Ordinal);
        var nameable = new List<string>();
        foreach (var member in view.Members)
        {
            // Who is only joining was let in by nobody yet: it says of itself what it is.
            if (member.Status != MemberStatus.Joining
                && HostAndPort.TryParse(member.HttpAddress, out var address, out _)
                && socketNames.Add(address.SocketName)
                && !address.Host.Contains(':', StringComparison.Ordinal))
            {
                nameable.Add(Scheme + address);
            }
        }

        return new Known(view, socketNames, nameable);
    }

    private sealed record Known(ClusterView View, HashSet<string> SocketNames, IReadOnlyList<string> Nameable);
}
