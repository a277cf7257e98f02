using Keva.Raft.Messages;

namespace Keva.Node.Gateway;

/// <summary>What goes on in the gateway, in numbers. Written by its actor alone, read from any thread.</summary>
public sealed class GatewayStatistics
{
    private readonly long[] failedWrites = new long[Enum.GetValues<KevaError>().Length];
    private readonly long[] failedReads = new long[Enum.GetValues<KevaError>().Length];
    private readonly long[] refusedProposals = new long[1 + (int)Enum.GetValues<ProposalRefusal>().Max()];
    private long pendingWrites;
    private long pendingReads;
    private long queuedBytes;

    /// <summary>Writes that wait for their answer.</summary>
    public long PendingWrites => Volatile.Read(ref pendingWrites);

    /// <summary>Reads that wait for theirs.</summary>
    public long PendingReads => Volatile.Read(ref pendingReads);

    /// <summary>Bytes of the keys and values of those writes.</summary>
    public long QueuedBytes => Volatile.Read(ref queuedBytes);

    /// <summary>Told how long a batch of reads waited for its read index; called in the actor's turn, so it must be quick.</summary>
    public Action<TimeSpan>? ReadIndexWaited { get; set; }

    /// <summary>Writes that were answered with this error.</summary>
    public long FailedWrites(KevaError error) => Volatile.Read(ref failedWrites[(int)error]);

    /// <summary>Reads that were answered with this error.</summary>
    public long FailedReads(KevaError error) => Volatile.Read(ref failedReads[(int)error]);

    /// <summary>Proposals that a leader, or this node, did not take for this reason; most are made again.</summary>
    public long RefusedProposals(ProposalRefusal reason) => Volatile.Read(ref refusedProposals[(int)reason]);

    internal void WriteFailed(KevaError error) => Add(ref failedWrites[(int)error], 1);

    internal void ReadFailed(KevaError error) => Add(ref failedReads[(int)error], 1);

    internal void ProposalsRefused(ProposalRefusal reason, int count)
    {
        // The reason comes from another node, which may be of a later version.
        if ((int)reason < refusedProposals.Length)
        {
            Add(ref refusedProposals[(int)reason], count);
        }
    }

    internal void Pending(int writes, int reads, long bytes)
    {
        Volatile.Write(ref pendingWrites, writes);
        Volatile.Write(ref pendingReads, reads);
        Volatile.Write(ref queuedBytes, bytes);
    }

    // There is one writer.
    private static void Add(ref long number, long more) => Volatile.Write(ref number, number + more);
}
