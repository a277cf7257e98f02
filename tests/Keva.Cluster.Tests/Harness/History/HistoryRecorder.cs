using System.Diagnostics;
using Keva.Linearizability;

namespace Keva.Cluster.Tests.Harness.History;

/// <summary>
/// What all clients asked and were told, for the checker. The moments are those of <see cref="Stopwatch.GetTimestamp"/>.
/// May be used from many threads.
/// </summary>
internal sealed class HistoryRecorder
{
    private readonly Lock gate = new();
    private readonly List<Operation> operations = [];
    private int writesDone;

    /// <summary>How many writes were done for certain.</summary>
    public int WritesDone => Volatile.Read(ref writesDone);

    public void Record(Operation operation)
    {
        lock (gate)
        {
            operations.Add(operation);
            writesDone += operation is { IsWrite: true, IsOutcomeKnown: true } ? 1 : 0;
        }
    }

    /// <summary>All so far, in the order in which they ended.</summary>
    public Operation[] ToArray()
    {
        lock (gate)
        {
            return operations.ToArray();
        }
    }

    /// <summary>There is an order that explains all answers, and the revisions tell one.</summary>
    public void AssertStrictlySerializable()
    {
        var history = ToArray();
        foreach (var result in new[] { LinearizabilityChecker.Check(history), RevisionCheck.Check(history) })
        {
            Assert.True(result.Verdict == Verdict.Ok, result.ToString());
        }
    }

    public override string ToString()
    {
        var history = ToArray();
        var unknown = history.Count(operation => !operation.IsOutcomeKnown);
        var reads = history.Count(operation => !operation.IsWrite);
        return $"{history.Length} operations, {reads} of them reads, {unknown} of unknown outcome";
    }
}
