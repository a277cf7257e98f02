using Keva.Raft.Messages;

namespace Keva.Tests.Raft.Cluster;

/// <summary>
/// Messages between servers: each arrives once or never. A pair of servers has two lanes each way, as the transport
/// has, and each keeps its order, except that connections are sometimes made anew.
/// </summary>
internal sealed class SimulatedNetwork(Schedule schedule, Random random, FaultPlan plan, Action<int, int, RaftMessage> deliver)
{
    /// <summary>How late, in milliseconds, a message may come beyond what is usual.</summary>
    public const long LongestDelay = 1500;

    private readonly SortedSet<(int From, int To)> cut = [];
    private readonly Dictionary<(int From, int To, bool Bulk), long> lastArrival = [];
    private bool healed;

    /// <summary>False if the sender noticed that the message was lost.</summary>
    public bool Send(int from, int to, RaftMessage message)
    {
        if (cut.Contains((from, to)) || (!healed && random.NextDouble() < plan.DropRate))
        {
            return random.Next(4) != 0;
        }

        var arrival = schedule.Now + 1 + (healed ? 0 : random.NextInt64(plan.MaxDelay));
        var lane = (from, to, message is AppendEntriesRequest or InstallSnapshotRequest or ForwardProposals);
        if (!healed && random.NextDouble() < plan.StragglerRate)
        {
            arrival += random.NextInt64(LongestDelay);
        }
        else if (random.NextDouble() >= plan.ReorderRate)
        {
            arrival = Math.Max(arrival, lastArrival.GetValueOrDefault(lane));
            lastArrival[lane] = arrival;
        }

        schedule.At(arrival, () =>
        {
            if (!cut.Contains((from, to)))
            {
                deliver(from, to, message);
            }
        });
        return true;
    }

    public void Cut(int from, int to) => cut.Add((from, to));

    public void Restore() => cut.Clear();

    /// <summary>From now on nothing is lost or late. What is on its way still arrives when it would have.</summary>
    public void Heal()
    {
        healed = true;
        cut.Clear();
    }
}
