using Keva.Raft.Log;

namespace Keva.Raft.Membership;

/// <summary>
/// The configurations in a server's log. A server uses the latest one as soon as it is in its log, committed or not (§4.1),
/// and goes back to the one before if the entry is removed by a conflict.
/// </summary>
internal sealed class ConfigurationHistory
{
    // The first is the one that held at the start of the log, the others are entries of it; ascending.
    private readonly List<(LogIndex Index, ClusterConfiguration Configuration)> configurations = [];

    /// <param name="start">Where the log starts.</param>
    /// <param name="atStart">The configuration that held there.</param>
    public ConfigurationHistory(LogIndex start, ClusterConfiguration atStart) => configurations.Add((start, atStart));

    public ClusterConfiguration Latest => configurations[^1].Configuration;

    /// <summary>The one before it; the latest itself if no other is known.</summary>
    public ClusterConfiguration BeforeLatest => configurations[Math.Max(0, configurations.Count - 2)].Configuration;

    /// <summary>The entry of the latest configuration; the start of the log if it was in force there.</summary>
    public LogIndex LatestIndex => configurations[^1].Index;

    /// <summary>The configuration that was in force when the entry at <paramref name="index"/> was written.</summary>
    public ClusterConfiguration AsOf(LogIndex index) => configurations.FindLast(known => known.Index <= index).Configuration ?? configurations[0].Configuration;

    /// <summary>Notes entries that have come into the log; they take the place of all at and behind the first. True if there is another latest configuration then.</summary>
    public bool Append(ReadOnlySpan<LogEntry> entries)
    {
        var before = configurations[^1];
        var first = entries[0].Index;
        while (configurations.Count > 1 && LatestIndex >= first)
        {
            configurations.RemoveAt(configurations.Count - 1);
        }

        foreach (ref readonly var entry in entries)
        {
            if (entry.Kind == EntryKind.Configuration)
            {
                var isReadable = ClusterConfigurationCodec.TryDecode(entry.Payload.Span, out var configuration);
                Invariant.Check(isReadable, "a configuration entry holds a configuration");
                configurations.Add((entry.Index, configuration));
            }
        }

        return configurations[^1] != before;
    }

    /// <summary>The log now starts at <paramref name="start"/>.</summary>
    public void TrimTo(LogIndex start)
    {
        while (configurations.Count > 1 && configurations[1].Index <= start)
        {
            configurations.RemoveAt(0);
        }
    }

    /// <summary>A snapshot took the place of the log.</summary>
    public void ResetTo(LogIndex start, ClusterConfiguration atStart)
    {
        configurations.Clear();
        configurations.Add((start, atStart));
    }
}
