using Keva.Journal.Directories;
using Keva.Node.State;
using Keva.Node.Transport;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Log;
using Keva.Raft.Membership;

namespace Keva.Node.Offline;

/// <summary>
/// How one node, with all that it has, becomes a cluster of one: what is to be written, and nothing about how. Raft has no
/// answer to a majority that is lost for good; this is an operator's decision to take one log for the truth.
/// <para>
/// A configuration that names only this node goes behind the last entry of its log. A server uses the latest configuration
/// in its log, committed or not (§4.1), so on its next start the node elects itself, and with its first entry commits all
/// others. The entry's term is later than any that the node has heard of, as if it had been elected for that.
/// </para>
/// </summary>
public sealed class ClusterRecovery
{
    private ClusterRecovery(Survivor survivor, ClusterConfiguration configuration, JournalWrite write)
    {
        Survivor = survivor;
        Configuration = configuration;
        Write = write;
    }

    /// <summary>The node as it is.</summary>
    public Survivor Survivor { get; }

    /// <summary>The configuration of the cluster of one.</summary>
    public ClusterConfiguration Configuration { get; }

    /// <summary>What the journal must be told, in one step.</summary>
    public JournalWrite Write { get; }

    /// <param name="identity">The node, a member of a cluster.</param>
    /// <param name="journal">What its journal holds.</param>
    /// <param name="checkpoint">What its checkpoint holds.</param>
    /// <exception cref="ClusterRecoveryException">Journal and checkpoint do not belong together, or never named this node.</exception>
    public static ClusterRecovery Plan(NodeIdentity identity, RecoveredLog journal, CheckpointLoaded checkpoint)
    {
        var applied = new EntryId(new LogIndex(checkpoint.State.AppliedIndex), new Term(checkpoint.State.AppliedTerm));
        ClusterConfigurationCodec.TryDecode(identity.FirstConfiguration.Span, out var first);
        var server = Combine(journal, applied, checkpoint.Configuration ?? journal.StartConfiguration ?? first);
        var configurations = ConfigurationsOf(server);
        var survivor = new Survivor(
            identity.Node,
            identity.Name,
            new ClusterId(identity.Cluster),
            configurations[^1],
            server.HardState.Term,
            server.Log.Start,
            server.Log.LastEntry,
            applied,
            checkpoint.State.Count);

        // Its addresses, if it was removed, are those that it had last.
        var self = configurations.FindLast(configuration => configuration.Find(identity.Node) is not null)?.Find(identity.Node)
            ?? first.Find(identity.Node)
            ?? throw new ClusterRecoveryException(
                $"'{identity.Name}' has never been a member of the cluster whose log it holds, so it has nothing to recover. Take another node");
        var alone = ClusterConfiguration.OfVoters([self]);
        return new ClusterRecovery(survivor, alone, WriteOf(server, journal, alone));
    }

    private static RecoveredServer Combine(RecoveredLog journal, EntryId applied, ClusterConfiguration configuration)
    {
        try
        {
            return Recovery.Combine(journal, applied, configuration);
        }
        catch (RecoveryException exception)
        {
            throw new ClusterRecoveryException(exception.Message, exception);
        }
    }

    // In the order of the log; never empty.
    private static List<ClusterConfiguration> ConfigurationsOf(RecoveredServer server)
    {
        var configurations = new List<ClusterConfiguration> { server.Configuration };
        for (var index = server.Log.Start.Index.Next(); index <= server.Log.LastIndex; index = index.Next())
        {
            var entry = server.Log[index];
            if (entry.Kind == EntryKind.Configuration)
            {
                configurations.Add(ClusterConfigurationCodec.TryDecode(entry.Payload.Span, out var configuration)
                    ? configuration
                    : throw new ClusterRecoveryException($"the configuration in entry {entry.Id} cannot be read, so the journal is damaged"));
            }
        }

        return configurations;
    }

    private static JournalWrite WriteOf(RecoveredServer server, RecoveredLog journal, ClusterConfiguration alone)
    {
        var last = server.Log.LastEntry;
        var term = (server.HardState.Term > last.Term ? server.HardState.Term : last.Term).Next();
        var entry = new LogEntry(last.Index.Next(), term, EntryKind.Configuration, ClusterConfigurationCodec.Encode(alone));

        // A journal that was never written to would get its start from the node's first write, which would void the entry.
        var reset = server.Reset ?? (journal.StartConfiguration is null ? new LogReset(EntryId.Zero, alone) : null);
        return new JournalWrite(GroupId.Zero, Sequence: 1, new HardState(term, NodeId.None), reset, new EntryBatch([entry]));
    }
}
