using Keva.Journal;
using Keva.Journal.Simulation;

namespace Keva.Tests.Journal.Support;

/// <summary>The simulated journal in virtual time.</summary>
/// <param name="seed">Of its times and faults.</param>
/// <param name="watchingEvents">What stands before the receiver of its events; nothing if null.</param>
/// <param name="watching">What stands before the journal; nothing if null.</param>
internal sealed class SimulatedJournalHarness(
    int seed, Func<IJournalEvents, IJournalEvents>? watchingEvents = null, Func<IJournal, IJournal>? watching = null) : JournalHarness
{
    private readonly SimulatedJournalDisk disk = new();
    private readonly Random random = new(seed);
    private readonly VirtualSchedule schedule = new();
    private SimulatedJournal? simulated;

    public override void Open()
    {
        Events = new RecordingEvents();
        simulated = new SimulatedJournal(disk, watchingEvents?.Invoke(Events) ?? Events, schedule.After, random);
        Journal = watching?.Invoke(simulated) ?? simulated;
    }

    public override void Close() => Journal.Dispose();

    public override void Crash()
    {
        for (var steps = random.Next(4); steps > 0; steps--)
        {
            schedule.Step();
        }

        simulated!.Crash();
    }

    public override void WaitFor(Func<RecordingEvents, bool> condition) => schedule.RunUntil(() => condition(Events));

    public override void SetDiskFull(bool full) => disk.IsFull = full;

    public override void FailDisk() => disk.IsFailing = true;

    public override void DamageLastRow() => disk.TearLastRow();

    public override void LoseLastRow() => disk.LoseLastRow();

    public override void Dispose()
    {
    }
}
