namespace Keva.Node.Consensus;

/// <summary>The consensus in numbers that the view of the cluster does not have. Immutable; replaced as a whole.</summary>
/// <param name="LastIndex">The end of the log.</param>
/// <param name="DurableIndex">Up to where it is on this node's disk.</param>
/// <param name="LogEntries">Entries held in memory.</param>
/// <param name="LogBytes">Their bytes.</param>
/// <param name="IgnoredMessages">Messages of others that were late or of no interest.</param>
/// <param name="LeaderChanges">How often this node saw another leader than before.</param>
/// <param name="CanPersist">False while the journal takes no writes.</param>
public sealed record ConsensusStatistics(
    long LastIndex,
    long DurableIndex,
    long LogEntries,
    long LogBytes,
    long IgnoredMessages,
    long LeaderChanges,
    bool CanPersist);
