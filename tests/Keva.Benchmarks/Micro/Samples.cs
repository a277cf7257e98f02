using System.Text;
using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Membership;
using Keva.Store.Commands;

namespace Keva.Benchmarks.Micro;

/// <summary>What the parts are measured with: what 64 clients bring who write values of 100 bytes.</summary>
internal static class Samples
{
    public const int BatchEntries = 64;

    private const int ValueBytes = 100;

    public static readonly Term Term = new(7);

    public static readonly ClusterConfiguration Configuration =
        ClusterConfiguration.OfVoters([new Member(new NodeId(1), "host1", "127.0.0.1:3700", "127.0.0.1:3800")]);

    /// <summary>A command that sets one of so many keys.</summary>
    public static byte[] SetCommand(int number, int keys) => CommandCodec.Encode(
        new ProposalOrigin(1, (ulong)number + 1),
        new SetCommand(Encoding.ASCII.GetBytes(FormattableString.Invariant($"key-{number % keys:0000000}")), new byte[ValueBytes]));

    public static LogEntry[] Entries(long firstIndex, ReadOnlyMemory<byte> payload)
    {
        var entries = new LogEntry[BatchEntries];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = new LogEntry(new LogIndex(firstIndex + i), Term, EntryKind.Command, payload);
        }

        return entries;
    }

    /// <summary>An empty directory on the disk where the program lies.</summary>
    public static string NewDirectory() =>
        Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, FormattableString.Invariant($"micro-data-{Guid.NewGuid():n}"))).FullName;
}
