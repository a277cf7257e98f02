using Keva.Journal.Rows;

namespace Keva.Journal.Storage;

/// <summary>
/// Where the rows lie. Used by the journal's thread alone. Failures are <see cref="StorageException"/>s; after one whose
/// problem is transient, nothing has changed.
/// </summary>
internal interface IJournalStorage : IDisposable
{
    /// <summary>Gives every row to the ledger, in order, and has it check that none is missing.</summary>
    /// <exception cref="JournalCorruptException">The rows are damaged.</exception>
    void Replay(JournalLedger ledger);

    /// <summary>
    /// Inserts all rows and deletes some in one transaction, and returns when it is durable. How far the deletion came is
    /// the result, the row number at which to go on; it stops early rather than hold up the writes.
    /// </summary>
    long Commit(IReadOnlyList<PreparedWrite> writes, RowDeletion? deletion);

    /// <summary>Housekeeping between two transactions.</summary>
    /// <param name="isIdle">Whether nothing waits for it; if something does, only what must be done is.</param>
    void Tidy(bool isIdle);

    /// <summary>Called when the disk is full: makes what room it can.</summary>
    void MakeRoom();

    /// <summary>From now on nothing is written any more, also not by closing.</summary>
    void Abandon();
}
