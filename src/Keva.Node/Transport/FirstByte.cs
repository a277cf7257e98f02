namespace Keva.Node.Transport;

/// <summary>What a connection to the port between nodes turns out to be.</summary>
public enum ConnectionKind
{
    /// <summary>Another node: <see cref="Preface"/> and frames follow.</summary>
    Peer,

    /// <summary>A gossip stream in the Serf protocol, whose message types are 0 to 13, and 244 for a labelled stream.</summary>
    Gossip,

    /// <summary>A TLS record of type "handshake".</summary>
    Tls,

    /// <summary>None of these.</summary>
    Unknown,
}

/// <summary>One port serves several protocols; the first byte that a client sends tells which one it speaks.</summary>
public static class FirstByte
{
    private const byte LastGossipType = 13;
    private const byte GossipLabel = 244;
    private const byte TlsHandshake = 0x16;

    public static ConnectionKind Classify(byte first) => first switch
    {
        (byte)'K' => ConnectionKind.Peer,
        <= LastGossipType or GossipLabel => ConnectionKind.Gossip,
        TlsHandshake => ConnectionKind.Tls,
        _ => ConnectionKind.Unknown,
    };

    /// <summary>Why a connection that begins with this byte is not served; null if it is.</summary>
    public static string? WhyRefused(byte first) => Classify(first) switch
    {
        ConnectionKind.Peer => null,
        ConnectionKind.Gossip => "it speaks the gossip protocol where a node was expected",
        ConnectionKind.Tls => "it speaks TLS, which this version does not serve here",
        _ when first is >= (byte)'A' and <= (byte)'Z' =>
            "it is not a Keva node; if it is an HTTP client: users reach a node at its user_port",
        _ => "it is not a Keva node",
    };
}
