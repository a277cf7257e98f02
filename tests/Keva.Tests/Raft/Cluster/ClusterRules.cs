using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Messages;
using Keva.Raft.Roles;

namespace Keva.Tests.Raft.Cluster;

/// <summary>
/// The properties of figure 3.2 and those that clients rely on, checked from outside after every step of any server.
/// Nothing here trusts what a server says of others.
/// </summary>
internal sealed class ClusterRules(Func<IReadOnlyList<SimulatedServer>> servers)
{
    private readonly Dictionary<Term, (int Server, int Incarnation)> leaderOf = [];
    private readonly Dictionary<(int Voter, Term Term), NodeId> voteOf = [];
    private readonly Dictionary<EntryId, ulong> historyOf = new() { [EntryId.Zero] = 0 };
    private readonly List<LogEntry> committed = [];
    private readonly SortedDictionary<Term, EntryId> lastCommittedIn = [];

    /// <summary>What clients were told, and what follows from it.</summary>
    public ClientRules Clients { get; } = new();

    public LogIndex Committed => new(committed.Count);

    public int Elections => leaderOf.Count;

    /// <summary>To be called whenever a server has acted.</summary>
    public void Check(SimulatedServer server)
    {
        var core = server.Driver.Core;
        CheckLogMatching(server.Mirror, core.Log);
        if (core.Role == RoleKind.Leader)
        {
            CheckElection(server, core);
        }

        CheckCommitted(server, core);
        Require(server.HoldsDurably(IdAt(core.Log, core.Log.DurableIndex)), $"what {server.Id} takes for durable is on its disk");
    }

    /// <summary>To be called when a message leaves a server.</summary>
    public void OnSent(SimulatedServer server, NodeId to, RaftMessage message)
    {
        // Figure 3.1: "updated on stable storage before responding".
        var durable = server.Journal.Disk.HardState;
        if (message is not (PreVoteRequest or PreVoteResponse { Granted: true }))
        {
            Require(durable.Term >= message.Term, $"a term is durable before {message} leaves {server.Id}");
        }

        switch (message)
        {
            case VoteResponse { Granted: true }:
                CountVote(server, message.Term, to);
                Require(durable.Term > message.Term || durable.VotedFor == to, $"a vote of {server.Id} is durable before it leaves");
                break;
            case VoteRequest:
                CountVote(server, message.Term, server.Id);
                Require(durable.Term > message.Term || durable.VotedFor == server.Id, "a candidate's own vote is durable before it asks others");
                break;
            case AppendEntriesAccepted accepted when server.Driver.Core.Term == message.Term:
                var log = server.Driver.Core.Log;
                Require(
                    accepted.MatchIndex <= log.Start.Index || server.HoldsDurably(IdAt(log, accepted.MatchIndex)),
                    $"what {server.Id} acknowledges is durable");
                break;
            case InstallSnapshotResponse { Installed: true } installed when durable.Term == message.Term:
                Require(server.HoldsDurably(installed.Snapshot), $"what {server.Id} acknowledges is durable");
                break;
        }
    }

    /// <summary>State Machine Safety (§3.6.3): all servers apply the same entries in the same order.</summary>
    public void OnApplied(LogEntry entry)
    {
        Require(entry.Index <= Committed, $"what is applied was committed: {entry.Id}");
        Require(entry.Id == committed[(int)entry.Index.Value - 1].Id, $"state machine safety at {entry.Id}");
    }

    /// <summary>A state that came as a snapshot is a prefix of what was committed.</summary>
    public void OnStateReplaced(IReadOnlyList<LogEntry> applied)
    {
        Require(applied.Count <= committed.Count, "a snapshot holds committed entries only");
        for (var i = 0; i < applied.Count; i++)
        {
            Require(applied[i].Id == committed[i].Id, $"a snapshot holds what was committed, at {applied[i].Id}");
            Require(applied[i].Payload.Span.SequenceEqual(committed[i].Payload.Span), "a snapshot holds the same commands");
        }
    }

    /// <summary>§3.4: at most one vote in a term, also across restarts.</summary>
    private void CountVote(SimulatedServer server, Term term, NodeId candidate)
    {
        Require(
            voteOf.TryAdd((server.Number, term), candidate) || voteOf[(server.Number, term)] == candidate,
            $"{server.Id} votes once in term {term}");
    }

    private void CheckElection(SimulatedServer server, RaftCore core)
    {
        var leader = (server.Number, server.Incarnation);
        if (!leaderOf.TryAdd(core.Term, leader))
        {
            Require(leaderOf[core.Term] == leader, $"election safety: term {core.Term} has one leader");
            return;
        }

        // Leader Completeness (§3.6.3): what was committed in a term is held by the leaders of all later ones. A leader
        // may come late, after one of a later term than its own has committed something.
        foreach (var (term, last) in lastCommittedIn)
        {
            if (term < core.Term && last.Index > core.Log.Start.Index)
            {
                Require(core.Log.Contains(last), $"leader completeness: the leader of term {core.Term} holds {last}, committed in term {term}");
            }
        }
    }

    // Two logs that hold the same id hold the same history up to it: so one history is noted with each id.
    private void CheckLogMatching(LogMirror mirror, RaftLog log)
    {
        mirror.DropTo(log.Start);
        Require(historyOf.TryGetValue(log.Start, out var startHistory), $"the start {log.Start} of a log was an entry once");
        var same = mirror.CommonWith(log);
        mirror.RemoveAfter(same);
        var history = same == log.Start.Index ? startHistory : historyOf[mirror[same]];
        for (var index = same.Next(); index <= log.LastIndex; index = index.Next())
        {
            var entry = log[index];
            history = (history ^ (ulong)entry.Term.Value) * 1_099_511_628_211 + SimulatedStateMachine.CommandOf(entry) + 1;
            Require(historyOf.TryAdd(entry.Id, history) || historyOf[entry.Id] == history, $"log matching at {entry.Id}");
            mirror.Add(entry.Id);
        }
    }

    private void CheckCommitted(SimulatedServer server, RaftCore core)
    {
        var log = core.Log;
        Require(log.CommitIndex >= server.CheckedCommit, $"the commit index of {server.Id} never goes back");
        for (var index = server.CheckedCommit.Next(); index <= log.CommitIndex; index = index.Next())
        {
            if (index < log.Start.Index)
            {
                continue;
            }

            var id = IdAt(log, index);
            if (index <= Committed)
            {
                Require(committed[(int)index.Value - 1].Id == id, $"{server.Id} holds what was committed, at {id}");
                continue;
            }

            Require(index == Committed.Next(), $"entry {id} is committed after the one before it");
            CheckHeldByMajority(id);
            committed.Add(log[index]);
            if (core.Role == RoleKind.Leader && index == log.CommitIndex)
            {
                Require(id.Term == core.Term, $"the leader of term {core.Term} commits {id} only along with an entry of its own term (§3.6.2)");
            }

            lastCommittedIn[core.Term] = id;
            Clients.OnCommitted(log[index]);
        }

        server.CheckedCommit = log.CommitIndex;
    }

    private static EntryId IdAt(RaftLog log, LogIndex index) => new(index, log.TermAt(index)!.Value);

    private void CheckHeldByMajority(EntryId id)
    {
        var all = servers();
        var holding = all.Count(server => server.HoldsDurably(id));
        Require(holding > all.Count / 2, $"entry {id} was committed while only {holding} of {all.Count} disks held it");
    }

    private static void Require(bool condition, string rule)
    {
        if (!condition)
        {
            throw new BrokenRuleException(rule);
        }
    }
}

/// <summary>What was last seen of one server's log, so that only what is new need be checked.</summary>
internal sealed class LogMirror
{
    private readonly List<EntryId> ids = [];
    private EntryId start = EntryId.Zero;

    public EntryId this[LogIndex index] => ids[(int)(index - start.Index) - 1];

    public void DropTo(EntryId newStart)
    {
        if (newStart == start)
        {
            return;
        }

        var count = newStart.Index - start.Index;
        if (count > 0 && count <= ids.Count && ids[(int)count - 1] == newStart)
        {
            ids.RemoveRange(0, (int)count);
        }
        else
        {
            ids.Clear();
        }

        start = newStart;
    }

    public LogIndex CommonWith(RaftLog log)
    {
        var index = LogIndex.Min(start.Index + ids.Count, log.LastIndex);
        while (index > start.Index && log.TermAt(index) != this[index].Term)
        {
            index = index.Previous();
        }

        return index;
    }

    public void RemoveAfter(LogIndex index)
    {
        var kept = (int)(index - start.Index);
        ids.RemoveRange(kept, ids.Count - kept);
    }

    public void Add(EntryId id) => ids.Add(id);
}
