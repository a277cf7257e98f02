namespace Keva.Raft.Progress;

/// <summary>AppendEntries on their way to one follower: bounds how far ahead of its answers a leader sends (§10.2.1).</summary>
internal sealed class InflightWindow(int maxMessages, long maxBytes)
{
    private readonly Queue<(LogIndex Last, long Bytes)> messages = new();
    private long bytes;

    public bool IsFull => messages.Count >= maxMessages || bytes >= maxBytes;

    public bool IsEmpty => messages.Count == 0;

    public void Add(LogIndex last, long size)
    {
        messages.Enqueue((last, size));
        bytes += size;
    }

    /// <summary>The follower has everything up to <paramref name="index"/>.</summary>
    public void Free(LogIndex index)
    {
        while (messages.TryPeek(out var message) && message.Last <= index)
        {
            messages.Dequeue();
            bytes -= message.Bytes;
        }
    }

    public void Clear()
    {
        messages.Clear();
        bytes = 0;
    }
}
