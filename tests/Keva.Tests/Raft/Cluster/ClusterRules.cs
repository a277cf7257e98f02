using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Messages;
using Keva.Simulator.Rules;
using static Keva.Simulator.Rules.Rule;

namespace Keva.Tests.Raft.Cluster;

/// <summary>The rules of Raft, those of the state machine that these runs have, and those of clients.</summary>
internal sealed class ClusterRules
{
    private readonly RaftRules raft;

    public ClusterRules(Func<IReadOnlyList<SimulatedServer>> servers, int count) =>
        raft = new RaftRules(id => servers().Count(server => server.HoldsDurably(id)), count) { OnCommitted = entry => Clients.OnCommitted(entry) };

    /// <summary>What clients were told, and what follows from it.</summary>
    public ClientRules Clients { get; } = new();

    public LogIndex Committed => raft.Committed;

    public int Elections => raft.Elections;

    /// <summary>To be called whenever a server has acted.</summary>
    public void Check(SimulatedServer server) => raft.Check(server);

    /// <summary>To be called when a message leaves a server.</summary>
    public void OnSent(SimulatedServer server, NodeId to, RaftMessage message) => raft.OnSent(server, to, message);

    /// <summary>State Machine Safety (§3.6.3): all servers apply the same entries in the same order.</summary>
    public void OnApplied(LogEntry entry)
    {
        Require(entry.Index <= Committed, "apply only what is committed", $"{entry.Id}");
        Require(entry.Id == raft.CommittedAt(entry.Index).Id, "state machine safety", $"{entry.Id}");
    }

    /// <summary>A state that came as a snapshot is a prefix of what was committed.</summary>
    public void OnStateReplaced(IReadOnlyList<LogEntry> applied)
    {
        Require(applied.Count <= Committed.Value, "a snapshot holds committed entries only", $"{applied.Count} of {Committed}");
        foreach (var entry in applied)
        {
            var committed = raft.CommittedAt(entry.Index);
            Require(entry.Id == committed.Id, "a snapshot holds what was committed", $"{entry.Id}");
            Require(entry.Payload.Span.SequenceEqual(committed.Payload.Span), "a snapshot holds the same commands", $"{entry.Id}");
        }
    }
}
