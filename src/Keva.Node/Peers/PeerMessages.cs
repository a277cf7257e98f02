using Keva.Node.Transport;
using Keva.Raft;
using Keva.Raft.Messages;

namespace Keva.Node.Peers;

/// <summary>Send this to the peer, if it is connected; otherwise it is dropped, as a network would.</summary>
public sealed record SendToPeer(GroupId Group, RaftMessage Message);

/// <summary>This node's greeting has changed: connections are made anew with it.</summary>
public sealed record GreetingChanged(PeerHello Greeting);

/// <summary>Who must answer at the address: whoever else does is not talked to. None: anybody.</summary>
public sealed record PeerExpected(NodeId Node);

/// <summary>The peer has dialled this node, so it can be dialled: there is no reason to wait any longer.</summary>
public sealed record PeerSeen
{
    public static readonly PeerSeen Instance = new();
}

/// <summary>Told to the node's actor: the peer at this address answered both greetings.</summary>
public sealed record PeerUp(string Address, PeerHello Remote);

/// <summary>Told to the node's actor: a connection to the peer that was up is gone.</summary>
/// <param name="Wanted">This node closed it itself, to dial anew.</param>
public sealed record PeerDown(string Address, PeerHello Remote, string Reason, bool Wanted);

/// <summary>Told to the node's actor: the peer cannot be reached, or does not want to talk.</summary>
public sealed record PeerUnreachable(string Address, string Reason);
