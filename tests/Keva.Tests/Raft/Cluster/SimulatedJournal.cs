using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Log;
using Keva.Raft.Membership;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Cluster;

/// <summary>
/// One server's journal. Writes become durable in order, in groups, after a while; a crash keeps some prefix of those
/// under way, as a real disk may.
/// </summary>
internal sealed class SimulatedJournal(Schedule schedule, Random random, FaultPlan plan) : IJournalPort
{
    private readonly List<JournalWrite> queue = [];
    private readonly Dictionary<long, (EntryId Through, ClusterConfiguration Configuration)> trims = [];
    private bool completing;
    private int epoch;

    public Action<long> OnPersisted { get; set; } = _ => { };

    /// <summary>What is on the disk now.</summary>
    public DiskImage Disk { get; } = new();

    public bool IsStalled { get; private set; }

    public bool IsHealed { get; set; }

    public void Write(JournalWrite write)
    {
        queue.Add(write);
        CompleteSoon();
    }

    public void Trim(GroupId group, EntryId through, ClusterConfiguration configuration)
    {
        if (queue.Count == 0)
        {
            Disk.Trim(through, configuration);
        }
        else
        {
            trims[queue[^1].Sequence] = (through, configuration);
        }
    }

    public void Stall() => IsStalled = true;

    public void Resume()
    {
        IsStalled = false;
        CompleteSoon();
    }

    /// <summary>The process ends: what was not reported durable may be lost, from some write on.</summary>
    public void Crash()
    {
        epoch++;
        Make(random.Next(queue.Count + 1), report: false);
        queue.Clear();
        trims.Clear();
        completing = false;
    }

    private void CompleteSoon()
    {
        if (completing || IsStalled || queue.Count == 0)
        {
            return;
        }

        completing = true;
        var started = epoch;
        schedule.After(IsHealed ? 1 : random.NextInt64(plan.MaxPersistDelay), () =>
        {
            if (started == epoch)
            {
                completing = false;
                if (!IsStalled)
                {
                    Make(random.Next(1, queue.Count + 1), report: true);
                }

                CompleteSoon();
            }
        });
    }

    private void Make(int count, bool report)
    {
        if (count == 0)
        {
            return;
        }

        var group = queue.GetRange(0, count);
        queue.RemoveRange(0, count);
        foreach (var write in group)
        {
            Disk.Make(write);
            if (trims.Remove(write.Sequence, out var trim))
            {
                Disk.Trim(trim.Through, trim.Configuration);
            }
        }

        if (report)
        {
            OnPersisted(group[^1].Sequence);
        }
    }
}
