namespace Keva.Serf.Wire;

/// <summary>What is accepted from the network. Everything that a peer says about lengths is checked against these first.</summary>
internal static class WireLimits
{
    /// <summary>The receive buffer of an agent; no datagram is longer.</summary>
    public const int DatagramBytes = 65_536;

    /// <summary>What the messages of one datagram may hold together after decompression.</summary>
    public const int UnpackedDatagramBytes = 4 * DatagramBytes;

    /// <summary>Wrappers inside of each other: compressed in compound in compressed is more than any agent writes.</summary>
    public const int WrapperDepth = 4;

    /// <summary>One message on a stream, encrypted or not; memberlist 0.2.2 has this for encrypted ones.</summary>
    public const int StreamBytes = 20 << 20;

    /// <summary>A header or a node's entry: the name, the meta data of 512 bytes, and fields of later versions.</summary>
    public const int StreamObjectBytes = 4_096;

    public const int PushPullNodes = 65_536;

    /// <summary>What a node may say about itself, as memberlist has it.</summary>
    public const int MetaBytes = 512;

    /// <summary>What a name may take, so that an alive message always fits into a datagram.</summary>
    public const int NameBytes = 256;
}
