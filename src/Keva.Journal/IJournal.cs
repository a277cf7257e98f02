using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Membership;

namespace Keva.Journal;

/// <summary>
/// The append-only journal of one node, shared by all of its Raft groups. No method waits for the disk: what comes of
/// a call is told to the <see cref="IJournalEvents"/> that was given when the journal was opened. Calls take effect in
/// the order in which they were made.
/// </summary>
public interface IJournal : IDisposable
{
    /// <summary>
    /// Replays what the journal holds for a group and answers with <see cref="IJournalEvents.Recovered"/>, or with
    /// <see cref="IJournalEvents.Failed"/> and a <see cref="JournalCorruptException"/> if any of it is damaged or
    /// missing. Once for each group, before its first write.
    /// </summary>
    void Recover(GroupId group);

    /// <summary>
    /// Hands over a write; <see cref="IJournalEvents.Persisted"/> says when it is on the disk. Entries must join the
    /// log as it will be when all that was handed over before is done: a gap, or entries at or before the trimmed
    /// start, is a defect of the caller and fails the journal.
    /// </summary>
    void Enqueue(JournalWrite write);

    /// <summary>
    /// Forgets the entries up to and including <paramref name="through"/>, which the caller holds in a durable
    /// checkpoint. It becomes <see cref="RecoveredLog.Start"/>, and <paramref name="configuration"/>, the cluster's as
    /// of it, <see cref="RecoveredLog.StartConfiguration"/>. Space is given back little by little behind the writes.
    /// Nothing happens if the log already starts there or later.
    /// </summary>
    void Trim(GroupId group, EntryId through, ClusterConfiguration configuration);

    /// <summary>A consistent picture of the counters; cheap, from any thread.</summary>
    JournalStatistics Statistics { get; }
}
