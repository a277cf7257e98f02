using Keva.Serf.Wire;

namespace Keva.Serf.Swim;

/// <summary>The layer above memberlist.</summary>
internal interface IMemberlistListener
{
    void OnJoined(NodeRecord node);

    /// <summary>The node is dead or has left; which of the two is for the layer above to judge.</summary>
    void OnLeft(NodeRecord node);

    void OnUpdated(NodeRecord node);

    /// <summary>The node belongs to another cluster, and is to be forgotten.</summary>
    void OnExpelled(NodeRecord node);

    /// <summary>An alive message claims the name of <paramref name="known"/> for another address.</summary>
    void OnConflict(NodeRecord known, Alive claim);

    void OnUserMessage(byte[] content);

    /// <summary>Messages of the layer above that fit into the budget, each costing the overhead besides.</summary>
    List<byte[]> TakeBroadcasts(int overhead, int budget, int most);

    bool HasBroadcasts { get; }

    /// <summary>The layer's part of a push/pull.</summary>
    byte[] LocalState();

    void MergeRemoteState(byte[] state, bool join, bool ignoreOldEvents);

    /// <summary>What goes with every ack.</summary>
    byte[]? AckPayload();

    void OnPinged(NodeRecord node, TimeSpan roundTrip, byte[]? payload);
}
