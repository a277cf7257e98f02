using Keva.Raft;
using Keva.Raft.Driver;
using static Keva.Simulator.Rules.Rule;

namespace Keva.Simulator.World;

/// <summary>
/// What a machine's journal holds for certain, kept by what it was told and what it reported, and by nothing that the node
/// says of itself.
/// </summary>
internal sealed class DurableLog(string machine)
{
    private readonly List<Term> terms = [];
    private readonly Queue<JournalWrite> underWay = new();
    private EntryId start = EntryId.Zero;

    public HardState HardState { get; private set; } = HardState.Initial;

    /// <summary>Whether a write was handed over that was not reported durable yet.</summary>
    public bool IsWriting => underWay.Count > 0;

    private LogIndex Last => start.Index + terms.Count;

    public bool Holds(EntryId id) =>
        id == start || (id.Index > start.Index && id.Index <= Last && terms[(int)(id.Index - start.Index) - 1] == id.Term);

    /// <summary>A write was handed over.</summary>
    public void Expect(JournalWrite write) => underWay.Enqueue(write);

    /// <summary>The writes up to this one were reported durable.</summary>
    public void Confirm(long sequence)
    {
        while (underWay.TryPeek(out var write) && write.Sequence <= sequence)
        {
            Apply(underWay.Dequeue());
        }
    }

    /// <summary>
    /// A new process has read what is really there: all that was reported, and perhaps some of what was under way, in the
    /// order in which it was handed over.
    /// </summary>
    public void Restart(RecoveredLog recovered)
    {
        var reported = $"{HardState} and entries up to {Last}";
        while (!IsSameAs(recovered))
        {
            Require(
                underWay.TryDequeue(out var write),
                "a journal keeps what it reported",
                $"that of {machine} reported {reported}, and holds {recovered.HardState} and entries up to {recovered.Start.Index + recovered.Entries.Count} after a restart");
            Apply(write!);
        }

        underWay.Clear();
        terms.RemoveRange(0, (int)(recovered.Start.Index - start.Index));
        start = recovered.Start;
    }

    // Trims are not told to this mirror: the journal may begin later.
    private bool IsSameAs(RecoveredLog recovered)
    {
        if (recovered.HardState != HardState || !Holds(recovered.Start) || recovered.Start.Index + recovered.Entries.Count != Last)
        {
            return false;
        }

        foreach (var entry in recovered.Entries)
        {
            if (!Holds(entry.Id))
            {
                return false;
            }
        }

        return true;
    }

    private void Apply(JournalWrite write)
    {
        if (write.HardState is { } hardState)
        {
            HardState = hardState;
        }

        if (write.Reset is { } reset)
        {
            start = reset.Snapshot;
            terms.Clear();
        }

        if (write.Entries is not { IsEmpty: false } entries)
        {
            return;
        }

        // Trims of the journal are not told to this mirror: a batch may begin behind what it would be cut to.
        var kept = (int)Math.Clamp(entries.First.Index - start.Index - 1, 0, terms.Count);
        terms.RemoveRange(kept, terms.Count - kept);
        foreach (ref readonly var entry in entries.Entries)
        {
            terms.Add(entry.Term);
        }
    }
}
