using System.Globalization;
using System.Text;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Log;
using Keva.Raft.Membership;

namespace Keva.Tests.Journal.Support;

/// <summary>Short ways to say what the tests are about.</summary>
internal static class Samples
{
    public static readonly GroupId Group = GroupId.Zero;
    public static readonly GroupId OtherGroup = new(7);

    public static ClusterConfiguration ConfigurationOf(int node) =>
        ClusterConfiguration.OfVoters([new Member(new NodeId((ulong)node), $"host{node}", $"host{node}:370", $"host{node}:380")]);

    public static EntryId Id(long index, long term) => new(new LogIndex(index), new Term(term));

    public static HardState Vote(long term, ulong candidate) => new(new Term(term), new NodeId(candidate));

    /// <summary>Entries with payloads that tell index, term and a variant apart.</summary>
    public static EntryBatch Batch(long first, int count, long term, string variant = "") => new(
        [.. Enumerable.Range(0, count).Select(i => new LogEntry(
            new LogIndex(first + i),
            new Term(term),
            EntryKind.Command,
            Encoding.UTF8.GetBytes($"{first + i}@{term}{variant}")))]);

    public static JournalWrite Append(long sequence, EntryBatch entries, GroupId group = default) =>
        new(group, sequence, HardState: null, Reset: null, entries);

    /// <summary>A log in one line, every bit of it, so that two can be compared and a difference can be read.</summary>
    public static string Describe(RecoveredLog log) => Describe(log.HardState, log.Start, log.StartConfiguration, log.Entries);

    public static string Describe(HardState hardState, EntryId start, ClusterConfiguration? configuration, IEnumerable<LogEntry> entries)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{hardState.Term}/{hardState.VotedFor} {start}");
        text.Append(CultureInfo.InvariantCulture, $" [{(configuration is null ? "" : string.Join(',', configuration.Members.Select(member => member.Name)))}]");
        foreach (var entry in entries)
        {
            text.Append(CultureInfo.InvariantCulture, $" {entry.Id}:{entry.Kind}:{Encoding.UTF8.GetString(entry.Payload.Span)}");
        }

        return text.ToString();
    }
}
