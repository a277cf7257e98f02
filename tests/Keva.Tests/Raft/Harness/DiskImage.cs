using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Log;
using Keva.Raft.Membership;

namespace Keva.Tests.Raft.Harness;

/// <summary>What one server's journal has on disk: the meaning of <see cref="JournalWrite"/> in its plainest form.</summary>
internal sealed class DiskImage
{
    private readonly List<LogEntry> entries = [];
    private ClusterConfiguration? startConfiguration;

    public HardState HardState { get; private set; } = HardState.Initial;

    public EntryId Start { get; private set; } = EntryId.Zero;

    public LogIndex LastIndex => Start.Index + entries.Count;

    public RecoveredLog Recover() => new(HardState, Start, startConfiguration, [.. entries]);

    /// <summary>Whether the entry is on disk, or was and is trimmed.</summary>
    public bool Holds(EntryId id)
    {
        if (id.Index <= Start.Index)
        {
            return true;
        }

        var position = (int)(id.Index - Start.Index) - 1;
        return position < entries.Count && entries[position].Term == id.Term;
    }

    public void Make(JournalWrite write)
    {
        HardState = write.HardState ?? HardState;
        if (write.Reset is { } reset)
        {
            Start = reset.Snapshot;
            startConfiguration = reset.Configuration;
            entries.Clear();
        }

        if (write.Entries is { } batch)
        {
            Require(batch.First.Index > Start.Index && batch.First.Index <= LastIndex.Next(), "entries join the journal without a gap");
            var kept = (int)(batch.First.Index - Start.Index) - 1;
            entries.RemoveRange(kept, entries.Count - kept);
            entries.AddRange(batch.Entries);
        }
    }

    public void Trim(EntryId through, ClusterConfiguration configuration)
    {
        if (through.Index <= Start.Index)
        {
            return;
        }

        var count = (int)(through.Index - Start.Index);
        Require(count <= entries.Count && entries[count - 1].Id == through, "only what the journal holds is trimmed");
        entries.RemoveRange(0, count);
        Start = through;
        startConfiguration = configuration;
    }

    private static void Require(bool condition, string rule)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"journal: {rule}");
        }
    }
}
