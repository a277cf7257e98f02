using Keva.Serf;

namespace Keva.Node.Gossip;

/// <summary>The gossip in numbers. Written by its actor alone, read from any thread.</summary>
public sealed class GossipStatistics
{
    private readonly long[] members = new long[1 + (int)Enum.GetValues<MemberStatus>().Max()];
    private long healthScore;
    private long refusedMessages;
    private long dropped;
    private long probes;
    private long failedProbes;

    /// <summary>Zero if the node keeps up; higher if it misses answers.</summary>
    public long HealthScore => Volatile.Read(ref healthScore);

    /// <summary>What came in and could not be used.</summary>
    public long RefusedMessages => Volatile.Read(ref refusedMessages);

    /// <summary>What could not be sent, and what came in faster than it was handled.</summary>
    public long Dropped => Volatile.Read(ref dropped);

    /// <summary>How often this node looked after another.</summary>
    public long Probes => Volatile.Read(ref probes);

    /// <summary>How often nobody got an answer.</summary>
    public long FailedProbes => Volatile.Read(ref failedProbes);

    /// <summary>Told how long a node's answer to a ping took; called in the actor's turn, so it must be quick.</summary>
    public Action<string, TimeSpan>? RoundTripMeasured { get; set; }

    /// <summary>Members of this status, agents of other kinds among them.</summary>
    public long Members(MemberStatus status) => Volatile.Read(ref members[(int)status]);

    internal void Show(SerfNode node, long droppedByNetwork)
    {
        Volatile.Write(ref healthScore, node.HealthScore);
        Volatile.Write(ref refusedMessages, node.RefusedMessages);
        Volatile.Write(ref dropped, droppedByNetwork);
        Volatile.Write(ref probes, node.Probes);
        Volatile.Write(ref failedProbes, node.FailedProbes);
    }

    internal void Show(IReadOnlyList<Member> all)
    {
        Span<long> counts = stackalloc long[members.Length];
        counts.Clear();
        foreach (var member in all)
        {
            counts[(int)member.Status]++;
        }

        for (var status = 0; status < counts.Length; status++)
        {
            Volatile.Write(ref members[status], counts[status]);
        }
    }
}
