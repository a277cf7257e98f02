using Keva.Raft.Log;
using Keva.Raft.Membership;

namespace Keva.Raft.Driver;

/// <summary>What a server starts from.</summary>
/// <param name="HardState">Term and vote.</param>
/// <param name="Log">The log, applied as far as the checkpoint goes.</param>
/// <param name="Configuration">The configuration as of the start of the log.</param>
/// <param name="Reset">What the journal must be told first, because the checkpoint is ahead of it; or null.</param>
public sealed record RecoveredServer(HardState HardState, RaftLog Log, ClusterConfiguration Configuration, LogReset? Reset);

/// <summary>The journal and the checkpoint do not belong together; the message says how.</summary>
public sealed class RecoveryException(string message) : Exception(message);

/// <summary>Puts the journal and the checkpoint together after a start.</summary>
public static class Recovery
{
    /// <param name="journal">What the journal holds.</param>
    /// <param name="applied">The last entry that the checkpoint covers; zero for none.</param>
    /// <param name="configuration">
    /// The configuration as of <paramref name="applied"/>; in a journal that names none of its own, the first.
    /// </param>
    /// <exception cref="RecoveryException">Entries between the two are missing, or the two contradict each other.</exception>
    public static RecoveredServer Combine(RecoveredLog journal, EntryId applied, ClusterConfiguration configuration)
    {
        if (applied.Index < journal.Start.Index)
        {
            throw new RecoveryException(
                $"the checkpoint ends at entry {applied} but the journal begins behind entry {journal.Start}: the entries between them are missing. "
                + "Restore the checkpoint file that belongs to this journal, or empty the working directory so that the node gets its data from the others");
        }

        if (applied.Index == journal.Start.Index && applied != journal.Start)
        {
            throw new RecoveryException(
                $"the checkpoint ends at entry {applied} but the journal begins behind entry {journal.Start}: they are of different histories. "
                + "Restore the checkpoint file that belongs to this journal, or empty the working directory so that the node gets its data from the others");
        }

        var log = new RaftLog(journal.Start, journal.Entries, journal.Start.Index);
        if (log.Contains(applied))
        {
            log = new RaftLog(journal.Start, journal.Entries, applied.Index);
            return new RecoveredServer(journal.HardState, log, journal.StartConfiguration ?? configuration, null);
        }

        // The server stopped between putting a snapshot in place and telling the journal, or while the journal took no
        // writes. The checkpoint holds only committed state, so it counts; entries that do not join it never will.
        // The term on disk may be older than the snapshot's. Then no vote in a later term ever left this server.
        var hardState = journal.HardState.Term >= applied.Term ? journal.HardState : new HardState(applied.Term, NodeId.None);
        return new RecoveredServer(hardState, new RaftLog(applied, [], applied.Index), configuration, new LogReset(applied, configuration));
    }
}
