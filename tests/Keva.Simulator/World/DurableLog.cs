using Keva.Raft;
using Keva.Raft.Driver;

namespace Keva.Simulator.World;

/// <summary>
/// What a machine's journal holds for certain, kept by what it was told and what it reported, and by nothing that the node
/// says of itself.
/// </summary>
internal sealed class DurableLog
{
    private readonly List<Term> terms = [];
    private EntryId start = EntryId.Zero;

    public HardState HardState { get; private set; } = HardState.Initial;

    public bool Holds(EntryId id) =>
        id == start || (id.Index > start.Index && id.Index - start.Index <= terms.Count && terms[(int)(id.Index - start.Index) - 1] == id.Term);

    /// <summary>A write became durable.</summary>
    public void Apply(JournalWrite write)
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

    /// <summary>A new process has read what is really there, which may be more than was ever reported.</summary>
    public void Restart(RecoveredLog recovered)
    {
        HardState = recovered.HardState;
        start = recovered.Start;
        terms.Clear();
        foreach (var entry in recovered.Entries)
        {
            terms.Add(entry.Term);
        }
    }
}
