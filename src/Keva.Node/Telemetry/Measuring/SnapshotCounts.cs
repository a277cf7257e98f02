namespace Keva.Node.Telemetry.Measuring;

/// <summary>Snapshots to and from other nodes, in numbers. Thread-safe.</summary>
internal sealed class SnapshotCounts
{
    private long sendsStarted;
    private long sendsOpen;
    private long sendsFailed;
    private long chunksRead;
    private long receivesStarted;
    private long receivesInstalled;
    private long receivesFailed;

    public long SendsStarted => Interlocked.Read(ref sendsStarted);

    public long SendsOpen => Interlocked.Read(ref sendsOpen);

    public long SendsFailed => Interlocked.Read(ref sendsFailed);

    public long ChunksRead => Interlocked.Read(ref chunksRead);

    public long ReceivesStarted => Interlocked.Read(ref receivesStarted);

    public long ReceivesInstalled => Interlocked.Read(ref receivesInstalled);

    public long ReceivesFailed => Interlocked.Read(ref receivesFailed);

    public void SendOpened()
    {
        Interlocked.Increment(ref sendsStarted);
        Interlocked.Increment(ref sendsOpen);
    }

    public void SendClosed() => Interlocked.Decrement(ref sendsOpen);

    public void SendFailed() => Interlocked.Increment(ref sendsFailed);

    public void ChunkRead() => Interlocked.Increment(ref chunksRead);

    public void ReceiveStarted() => Interlocked.Increment(ref receivesStarted);

    public void ReceiveInstalled() => Interlocked.Increment(ref receivesInstalled);

    public void ReceiveFailed() => Interlocked.Increment(ref receivesFailed);
}
