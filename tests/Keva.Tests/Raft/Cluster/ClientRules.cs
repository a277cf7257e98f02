using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Messages;
using Keva.Simulator.Rules;

namespace Keva.Tests.Raft.Cluster;

/// <summary>
/// What clients may rely on: a proposal takes effect at most once, in its term or never; a refused one never; and a read
/// sees every write that was acknowledged, and all that an earlier read saw, before it began (§6.4).
/// </summary>
internal sealed class ClientRules
{
    private readonly Dictionary<ulong, ClientProposal> proposals = [];
    private readonly Dictionary<long, LogIndex> floorOfRead = [];
    private LogIndex floor;

    public int ProposalsMade => proposals.Count;

    public int ProposalsCommitted { get; private set; }

    public int ReadsConfirmed { get; private set; }

    public void OnProposed(ulong number, Term term) => proposals.Add(number, new ClientProposal(term));

    public void OnRefused(ulong number)
    {
        var proposal = proposals[number];
        Require(!proposal.IsCommitted, $"proposal {number} was refused after it was committed");
        proposal.IsRefused = true;
    }

    public void OnCommitted(LogEntry entry)
    {
        if (entry.Kind != EntryKind.Command)
        {
            return;
        }

        var number = SimulatedStateMachine.CommandOf(entry);
        var proposal = proposals[number];
        Require(!proposal.IsCommitted, $"proposal {number} takes effect once");
        Require(!proposal.IsRefused, $"the refused proposal {number} takes no effect");

        // Terms never decrease along the log, so no entry of a later term stands before it.
        Require(entry.Term == proposal.Term, $"proposal {number} of term {proposal.Term} is an entry of that term, not of {entry.Term}");
        proposal.IsCommitted = true;
        ProposalsCommitted++;
    }

    /// <summary>A client learns that its write took effect.</summary>
    public void OnAcknowledged(LogIndex index) => floor = LogIndex.Max(floor, index);

    public void OnReadRequested(long readId) => floorOfRead.Add(readId, floor);

    public bool IsConfirmed(long readId) => !floorOfRead.ContainsKey(readId);

    /// <summary>A read may be served by whoever has applied up to the confirmed index.</summary>
    public void OnReadConfirmed(ConfirmedRead read)
    {
        Require(floorOfRead.Remove(read.ReadId, out var mustSee), $"read {read.ReadId} is confirmed once");
        Require(read.ReadIndex >= mustSee, $"read {read.ReadId} sees index {read.ReadIndex}, but {mustSee} was acknowledged before it began");
        ReadsConfirmed++;
    }

    /// <summary>A client got the state as of an index: no later read may see less.</summary>
    public void OnReadServed(LogIndex applied) => floor = LogIndex.Max(floor, applied);

    private static void Require(bool condition, string rule)
    {
        if (!condition)
        {
            throw new BrokenRuleException("clients", rule);
        }
    }

    private sealed class ClientProposal(Term term)
    {
        public Term Term { get; } = term;

        public bool IsRefused { get; set; }

        public bool IsCommitted { get; set; }
    }
}
