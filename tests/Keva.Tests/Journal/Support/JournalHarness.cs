using Keva.Journal;
using Keva.Raft;
using Keva.Raft.Driver;

namespace Keva.Tests.Journal.Support;

/// <summary>A journal over storage that outlives it, for tests that do not care which kind it is.</summary>
internal abstract class JournalHarness : IDisposable
{
    public IJournal Journal { get; protected set; } = null!;

    public RecordingEvents Events { get; protected set; } = null!;

    /// <summary>Opens a journal on what is stored.</summary>
    public abstract void Open();

    /// <summary>Ends the journal in order.</summary>
    public abstract void Close();

    /// <summary>Ends the journal as a power failure does, in the middle of whatever it does.</summary>
    public abstract void Crash();

    /// <summary>Lets the journal work until it has told what makes the condition true.</summary>
    public abstract void WaitFor(Func<RecordingEvents, bool> condition);

    public abstract void SetDiskFull(bool full);

    public abstract void FailDisk();

    /// <summary>Damages the last row that was stored, while no journal is open.</summary>
    public abstract void DamageLastRow();

    /// <summary>Removes the last row that was stored, while no journal is open.</summary>
    public abstract void LoseLastRow();

    public abstract void Dispose();

    public RecoveredLog Recover(GroupId group)
    {
        Journal.Recover(group);
        WaitFor(events => events.RecoveredLogs.ContainsKey(group) || events.Failure is not null);
        return Events.Failure is { } failure ? throw failure : Events.RecoveredLogs[group];
    }

    public void OpenAndRecover(params GroupId[] groups)
    {
        Open();
        foreach (var group in groups)
        {
            Recover(group);
        }
    }

    public RecoveredLog Reopen(GroupId group)
    {
        Close();
        Open();
        return Recover(group);
    }

    public void WaitForPersisted(GroupId group, long sequence) =>
        WaitFor(events => events.PersistedWrites.Contains((group, sequence)));
}
