using Keva.Raft.Messages;

namespace Keva.Raft.Driver;

/// <summary>
/// Messages that may not leave before a write is durable, in the order in which they were made. While the disk takes no
/// writes they collect: then the oldest are dropped, as a network may drop any message.
/// </summary>
internal sealed class HeldMessages
{
    public const int Most = 4096;

    private readonly List<(long Sequence, NodeId To, RaftMessage Message)> held = [];

    public void Hold(long sequence, NodeId to, RaftMessage message)
    {
        if (held.Count == Most)
        {
            held.RemoveRange(0, Most / 2);
        }

        held.Add((sequence, to, message));
    }

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
