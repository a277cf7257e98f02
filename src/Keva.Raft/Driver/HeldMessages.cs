using Keva.Raft.Messages;

namespace Keva.Raft.Driver;

/// <summary>Messages that may not leave before a write is durable, in the order in which they were made.</summary>
internal sealed class HeldMessages
{
    private readonly List<(long Sequence, NodeId To, RaftMessage Message)> held = [];

    public void Hold(long sequence, NodeId to, RaftMessage message) => held.Add((sequence, to, message));

    /// <summary>Lets go of what waited for the writes up to <paramref name="persisted"/>.</summary>
    public void Release(long persisted, Action<NodeId, RaftMessage> send)
    {
        var kept = 0;
        for (var i = 0; i < held.Count; i++)
        {
            if (held[i].Sequence <= persisted)
            {
                send(held[i].To, held[i].Message);
            }
            else
            {
                held[kept++] = held[i];
            }
        }

        held.RemoveRange(kept, held.Count - kept);
    }
}
