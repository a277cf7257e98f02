using Keva.Raft;
using Keva.Raft.Driver;

namespace Keva.Journal;

/// <summary>
/// What a journal tells its user. Called one at a time on the journal's own thread (in the simulator: from the
/// schedule), so an implementation only passes it on and returns at once; it must not throw and must not call
/// <see cref="IDisposable.Dispose"/> on the journal.
/// </summary>
public interface IJournalEvents
{
    /// <summary>The answer to <see cref="IJournal.Recover"/>.</summary>
    void Recovered(GroupId group, RecoveredLog log);

    /// <summary>
    /// The write is on the disk and survives a power failure. For each write of a group in the order in which they were
    /// handed over.
    /// </summary>
    void Persisted(GroupId group, long sequence);

    /// <summary>
    /// A transaction with at least one write reached the disk; directly follows the <see cref="Persisted"/> of all its
    /// writes, so whoever wants to pass those on together does it here. Trims alone are not told.
    /// </summary>
    void Committed(JournalCommit commit);

    /// <summary>
    /// The disk is full or read-only. Nothing is lost: writes wait in order and are tried again until they succeed. A
    /// few may still become durable out of the journal's reserve. Told once, until <see cref="Resumed"/>.
    /// </summary>
    void Stalled(StorageProblem problem);

    /// <summary>All that waited is durable, the reserve is whole again, and new writes go through.</summary>
    void Resumed();

    /// <summary>
    /// The journal is of no more use and does nothing any more: the disk failed, the file is damaged, or this program
    /// is wrong. The node must stop. What was not reported durable may or may not be on the disk.
    /// </summary>
    void Failed(StorageProblem problem, Exception cause);
}
