using Keva.Journal.Checkpoints;
using Keva.Journal.Simulation;

namespace Keva.Tests.Journal.Support;

/// <summary>The simulated checkpoint store in virtual time.</summary>
/// <param name="seed">Of its times and faults.</param>
/// <param name="watching">What stands before it; nothing if null.</param>
internal sealed class SimulatedCheckpointHarness(int seed, Func<ICheckpointStore, ICheckpointStore>? watching = null) : CheckpointHarness
{
    private readonly SimulatedCheckpointDisk disk = new();
    private readonly VirtualSchedule schedule = new();
    private readonly Random random = new(seed);
    private SimulatedCheckpointStore? simulated;

    public override void Open()
    {
        simulated = new SimulatedCheckpointStore(disk, schedule.After, random);
        Store = watching?.Invoke(simulated) ?? simulated;
    }

    public override void Crash() => simulated!.Crash();

    public override void SetDiskFull(bool full) => disk.IsFull = full;

    public override void Damage() => disk.IsDamaged = true;

    public override T Await<T>(Action<Action<T>> call)
    {
        var results = new List<T>();
        call(results.Add);
        schedule.RunUntil(() => results.Count > 0);
        return Assert.Single(results);
    }

    public override void Dispose() => Store?.Dispose();
}
