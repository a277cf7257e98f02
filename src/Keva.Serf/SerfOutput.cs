using System.Net;

namespace Keva.Serf;

/// <summary>Something that a node wants done or known. The caller takes outputs in their order.</summary>
public abstract record SerfOutput;

public sealed record SendDatagram(IPEndPoint To, byte[] Bytes) : SerfOutput;

/// <summary>
/// Connect and send. What comes back is handed to <see cref="SerfNode.OnStreamData"/>, and the end, or that there is no
/// connection, to <see cref="SerfNode.OnStreamClosed"/>.
/// </summary>
public sealed record OpenStream(long Stream, IPEndPoint To, byte[] Bytes) : SerfOutput;

/// <summary>Send on a stream that was accepted.</summary>
public sealed record WriteStream(long Stream, byte[] Bytes) : SerfOutput;

/// <summary>Close a stream, after what was written to it is sent. The node has forgotten it already.</summary>
public sealed record CloseStream(long Stream) : SerfOutput;

/// <summary>A member answered a ping, and it took so long.</summary>
public sealed record MemberPinged(string Name, TimeSpan RoundTrip) : SerfOutput;

public enum MemberEventKind
{
    /// <summary>A member is there that was not known, or not alive, before.</summary>
    Joined,

    /// <summary>A member left of its own will, or was made to by an operator after it had failed.</summary>
    Left,

    Failed,

    /// <summary>Tags or address are new.</summary>
    Updated,

    /// <summary>A member was failed or left for so long that it is forgotten, or an operator had it forgotten.</summary>
    Reaped,
}

public sealed record MemberChanged(MemberEventKind Kind, Member Member) : SerfOutput;

/// <summary>A user event, each once, sent by any node, this one included.</summary>
public sealed record UserEventReceived(ulong LamportTime, string Name, byte[] Payload, bool Coalesce) : SerfOutput;

/// <summary>A query for the application; <see cref="SerfNode.Respond"/> answers it.</summary>
public sealed record QueryReceived(ReceivedQuery Query) : SerfOutput;

/// <summary>A node has the query and may answer.</summary>
public sealed record QueryAcknowledged(QueryId Query, string From) : SerfOutput;

public sealed record QueryAnswered(QueryId Query, string From, byte[] Payload) : SerfOutput;

/// <summary>The time for answers is over.</summary>
public sealed record QueryFinished(QueryId Query, int Acknowledgements, int Answers) : SerfOutput;

/// <summary>All addresses of the <see cref="SerfNode.Join"/> of that number were tried.</summary>
public sealed record JoinFinished(long Join, int Contacted, IReadOnlyList<JoinFailure> Failures) : SerfOutput;

public sealed record JoinFailure(IPEndPoint Address, string Reason);

/// <summary>The node has left; its sockets may be closed.</summary>
public sealed record LeaveFinished : SerfOutput;

/// <summary>The keyring is another one now; whoever keeps it on disk should.</summary>
public sealed record KeyringChanged(Keyring Keyring) : SerfOutput;

/// <summary>What the cluster answered to an operation on its keys.</summary>
public sealed record KeyOperationFinished(QueryId Query, KeyOperationResult Result) : SerfOutput;

/// <summary>Another address claims the name of a member; the one known before is believed.</summary>
public sealed record NameConflict(string Name, IPEndPoint Known, IPEndPoint Claimant) : SerfOutput;

/// <summary>Most of the cluster knows this node's name at another address: it must stop. It talks no more.</summary>
public sealed record NameConflictLost(int Answers, int InFavour) : SerfOutput;
