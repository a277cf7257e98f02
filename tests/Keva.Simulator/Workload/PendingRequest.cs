using Keva.Linearizability;
using Keva.Node.Gateway;
using Keva.Simulator.World;

namespace Keva.Simulator.Workload;

/// <summary>How a request ended for its client.</summary>
internal enum Answer
{
    Done,

    /// <summary>Nothing was done, for certain.</summary>
    Refused,

    /// <summary>No answer, or one that leaves it open: of a write nobody knows whether it took effect.</summary>
    None,
}

/// <summary>One request of a client, and what it was told.</summary>
/// <param name="value">Of a set: what it writes.</param>
internal sealed class PendingRequest(
    SimulatedMachine machine, OperationKind kind, string key, long value, ReadConsistency consistency, WriteRouting routing)
{
    public SimulatedMachine Machine => machine;

    public OperationKind Kind => kind;

    public string Key => key;

    public ReadConsistency Consistency => consistency;

    public WriteRouting Routing => routing;

    public long Value { get; set; } = value;

    public bool Found { get; set; }

    public bool? Existed { get; set; }

    public long Revision { get; set; }

    public long ModRevision { get; set; }

    public long Invoked { get; set; }

    public SimulatedProcess? SentTo { get; set; }

    public bool IsFinished { get; set; }

    public bool IsOutcomeOpen { get; set; }

    public override string ToString() => $"{Kind} {Key} {Value} {Consistency} at {Machine.Name}";
}
