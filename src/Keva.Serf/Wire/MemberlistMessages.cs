namespace Keva.Serf.Wire;

/// <summary>A message of memberlist's own; what it says is in memberlist 0.2.2, net.go.</summary>
internal abstract record MemberlistMessage;

/// <summary>Asks the node named <paramref name="Node"/> for an ack, to be sent to the source if that is given.</summary>
internal sealed record Ping(uint SequenceNumber, string Node, byte[]? SourceAddress, ushort SourcePort, string SourceNode) : MemberlistMessage;

/// <summary>Asks a peer to ping the target on behalf of the source.</summary>
internal sealed record IndirectPing(
    uint SequenceNumber, byte[]? Target, ushort Port, string Node, bool WantsNack, byte[]? SourceAddress, ushort SourcePort, string SourceNode)
    : MemberlistMessage;

internal sealed record AckResponse(uint SequenceNumber, byte[]? Payload) : MemberlistMessage;

internal sealed record NackResponse(uint SequenceNumber) : MemberlistMessage;

internal sealed record ErrorResponse(string Error) : MemberlistMessage;

internal sealed record Suspect(uint Incarnation, string Node, string From) : MemberlistMessage;

/// <summary>A node is gone; of its own will if it says so itself.</summary>
internal sealed record Dead(uint Incarnation, string Node, string From) : MemberlistMessage;

/// <summary>
/// <paramref name="Address"/>, <paramref name="Meta"/> and <paramref name="Version"/> are kept as they came: others compare
/// them byte by byte.
/// </summary>
internal sealed record Alive(uint Incarnation, string Node, byte[]? Address, ushort Port, byte[]? Meta, byte[]? Version) : MemberlistMessage;

/// <summary>A message of the layer above, which begins with its own type.</summary>
internal sealed record UserMessage(byte[] Content) : MemberlistMessage;

internal sealed record PushPull(bool Join, IReadOnlyList<PushPullNode> Nodes, byte[] UserState) : MemberlistMessage;

/// <summary>What one side of a push/pull holds of a node.</summary>
internal sealed record PushPullNode(
    string Name, byte[]? Address, ushort Port, byte[]? Meta, uint Incarnation, NodeState State, byte[]? Version);

/// <summary>How memberlist sees a node; the numbers are those of the wire.</summary>
internal enum NodeState
{
    Alive = 0,
    Suspect = 1,
    Dead = 2,
    Left = 3,
}
