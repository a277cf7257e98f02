namespace Keva.Serf.Wire;

/// <summary>
/// Which versions of the two protocols a node understands and speaks: six bytes in every alive message. Agents read past
/// the end of a shorter one and die of it, so six are always written, and a length is never trusted.
/// </summary>
internal readonly record struct VersionVector(
    byte ProtocolMin, byte ProtocolMax, byte ProtocolCurrent, byte DelegateMin, byte DelegateMax, byte DelegateCurrent)
{
    /// <summary>What memberlist 0.2.2 in serf 0.9.4 announces.</summary>
    public static VersionVector Ours { get; } = new(1, 5, 2, 2, 5, 5);

    /// <summary>From here on a node may be pinged over TCP when UDP does not get through.</summary>
    public const byte FirstWithStreamPing = 3;

    /// <summary>From here on a node answers an indirect ping whose target is silent.</summary>
    public const byte FirstWithNack = 4;

    /// <summary>From here on a node checks checksums, and relays answers to queries.</summary>
    public const byte FirstWithChecksum = 5;

    public bool IsValid => ProtocolMin != 0 && ProtocolMax != 0 && ProtocolMin <= ProtocolMax;

    /// <summary>All zero, which no check lets pass, when there are not six bytes.</summary>
    public static VersionVector FromBytes(byte[]? bytes) =>
        bytes is [var min, var max, var current, var delegateMin, var delegateMax, var delegateCurrent, ..]
            ? new VersionVector(min, max, current, delegateMin, delegateMax, delegateCurrent)
            : default;

    public byte[] ToBytes() => [ProtocolMin, ProtocolMax, ProtocolCurrent, DelegateMin, DelegateMax, DelegateCurrent];
}
