using System.Collections.Immutable;
using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Membership;
using Keva.Raft.Messages;
using Keva.Raft.Roles;
using static Keva.Simulator.Rules.Rule;

namespace Keva.Simulator.Rules;

/// <summary>
/// The properties of figure 3.2 of Ongaro's dissertation, and what must be on disk before a message leaves (figure 3.1),
/// checked from outside after every step of any server. Nothing here trusts what a server says of others.
/// </summary>
/// <param name="holds">Whether a member's disk holds an entry.</param>
internal sealed class RaftRules(Func<NodeId, EntryId, bool> holds)
{
    private readonly Dictionary<Term, (NodeId Server, int Incarnation)> leaderOf = [];
    private readonly Dictionary<(NodeId Voter, Term Term), NodeId> voteOf = [];
    private readonly Dictionary<(NodeId Candidate, Term Term), HashSet<NodeId>> encouragedBy = [];
    private readonly Dictionary<EntryId, ulong> historyOf = new() { [EntryId.Zero] = 0 };
    private readonly List<LogEntry> committed = [];
    private readonly SortedDictionary<Term, EntryId> lastCommittedIn = [];

    /// <summary>Called with each entry when it is committed for the first time anywhere, in order.</summary>
    public Action<LogEntry>? OnCommitted { get; init; }

    /// <summary>Called with how many entries of a server's log made place for others.</summary>
    public Action<IRuledServer, int>? OnOverwritten { get; init; }

    /// <summary>Who the members are.</summary>
    public ConfigurationRules Configurations { get; init; } = new();

    public LogIndex Committed => new(committed.Count);

    public int Elections => leaderOf.Count;

    public LogEntry CommittedAt(LogIndex index) => committed[(int)index.Value - 1];

    /// <summary>To be called whenever a server has acted.</summary>
    public void Check(IRuledServer server)
    {
        var core = server.Core;
        CheckLogMatching(server, core.Log);
        if (!ReferenceEquals(core.Configuration, server.CheckedConfiguration))
        {
            Configurations.CheckInForce(server);
        }

        if (core.Role == RoleKind.Leader)
        {
            CheckElection(server, core);
            Configurations.CheckLeader(server);
        }

        CheckCommitted(server, core);
        var durable = IdAt(core.Log, core.Log.DurableIndex);
        Require(server.HoldsDurably(durable), "durability", $"{server.Name} takes {durable} for durable, but its disk does not hold it");
    }

    /// <summary>To be called when a message leaves a server.</summary>
    public void OnSent(IRuledServer server, NodeId to, RaftMessage message)
    {
        var durable = server.DurableHardState;
        if (message is not (PreVoteRequest or PreVoteResponse { Granted: true }))
        {
            Require(durable.Term >= message.Term, "term durable before it is spoken of", $"{server.Name} sends {message} but has {durable} on disk");
        }

        switch (message)
        {
            case PreVoteResponse { Granted: true }:
                Encourage(server.Id, to, message.Term);
                break;
            case VoteResponse { Granted: true }:
                CountVote(server, message.Term, to);
                Require(
                    durable.Term > message.Term || durable.VotedFor == to,
                    "vote durable before it leaves",
                    $"{server.Name} votes for {to} in term {message.Term} but has {durable} on disk");
                break;
            case VoteRequest request:
                CountVote(server, message.Term, server.Id);
                Require(
                    request.LeadershipTransfer || IsEncouraged(server, message.Term),
                    "pre-vote before an election",
                    $"{server.Name} stands in term {message.Term} although no majority would vote for it");
                Require(
                    durable.Term > message.Term || durable.VotedFor == server.Id,
                    "vote durable before it leaves",
                    $"{server.Name} stands in term {message.Term} but has {durable} on disk");
                break;
            case AppendEntriesAccepted accepted when server.Core.Term == message.Term && accepted.MatchIndex <= server.Core.Log.LastIndex:
                var log = server.Core.Log;
                Require(
                    accepted.MatchIndex <= log.Start.Index || server.HoldsDurably(IdAt(log, accepted.MatchIndex)),
                    "entries durable before they are acknowledged",
                    $"{server.Name} acknowledges up to {accepted.MatchIndex}");
                break;
            case InstallSnapshotResponse { Installed: true } installed when durable.Term == message.Term:
                Require(
                    server.HoldsDurably(installed.Snapshot),
                    "snapshot durable before it is acknowledged",
                    $"{server.Name} acknowledges the snapshot of {installed.Snapshot}");
                break;
        }
    }

    /// <summary>§3.4: at most one vote in a term, also across restarts.</summary>
    private void CountVote(IRuledServer server, Term term, NodeId candidate) =>
        Require(
            voteOf.TryAdd((server.Id, term), candidate) || voteOf[(server.Id, term)] == candidate,
            "one vote in a term",
            $"{server.Name} votes in term {term} for {voteOf[(server.Id, term)]} and for {candidate}");

    /// <summary>§9.6: who would vote for whom. Whoever stands asks itself, too.</summary>
    private void Encourage(NodeId voter, NodeId candidate, Term term)
    {
        if (!encouragedBy.TryGetValue((candidate, term), out var voters))
        {
            encouragedBy[(candidate, term)] = voters = [];
        }

        voters.Add(voter);
    }

    private bool IsEncouraged(IRuledServer candidate, Term term)
    {
        var voters = encouragedBy.GetValueOrDefault((candidate.Id, term));
        bool Encourages(NodeId voter) => voter == candidate.Id || voters?.Contains(voter) == true;
        return IsMajority(candidate, Encourages);
    }

    private void CheckElection(IRuledServer server, RaftCore core)
    {
        var leader = (server.Id, server.Incarnation);
        if (!leaderOf.TryAdd(core.Term, leader))
        {
            Require(leaderOf[core.Term] == leader, "election safety", $"term {core.Term} is led by {leaderOf[core.Term]} and by {server.Name}");
            return;
        }

        bool VotesForIt(NodeId voter) => voter == server.Id || voteOf.GetValueOrDefault((voter, core.Term)) == server.Id;
        Require(
            IsMajority(server, VotesForIt),
            "elected by a majority",
            $"{server.Name} leads term {core.Term} without the votes of a majority of {ConfigurationRules.Words(core.Configuration)}");

        // Leader Completeness (§3.6.3): what was committed in a term is held by the leaders of all later ones. A leader
        // may come late, after one of a later term than its own has committed something.
        foreach (var (term, last) in lastCommittedIn)
        {
            if (term < core.Term && last.Index > core.Log.Start.Index)
            {
                Require(
                    core.Log.Contains(last),
                    "leader completeness",
                    $"{server.Name} leads term {core.Term} without {last}, committed in term {term}");
            }
        }
    }

    // Two logs that hold the same id hold the same history up to it: so one history is noted with each id.
    private void CheckLogMatching(IRuledServer server, RaftLog log)
    {
        var mirror = server.Mirror;
        if (mirror.Start == log.Start && mirror.Last == log.LastEntry)
        {
            return;
        }

        mirror.DropTo(log.Start);
        Require(historyOf.TryGetValue(log.Start, out var startHistory), "log matching", $"the log of {server.Name} starts at {log.Start}, which never was an entry");
        var same = mirror.CommonWith(log);
        var overwritten = mirror.RemoveAfter(same);
        if (overwritten > 0)
        {
            OnOverwritten?.Invoke(server, overwritten);
        }

        var history = same == log.Start.Index ? startHistory : historyOf[mirror[same]];
        for (var index = same.Next(); index <= log.LastIndex; index = index.Next())
        {
            var entry = log[index];
            history = PayloadHash.Append(history, entry.Term.Value, PayloadHash.Of(entry.Payload.Span));
            Require(
                historyOf.TryAdd(entry.Id, history) || historyOf[entry.Id] == history,
                "log matching",
                $"{server.Name} holds {entry.Id} with another history than somebody before");
            Configurations.OnHeld(server, mirror.Last, entry);
            mirror.Add(entry.Id);
        }

        Configurations.CheckInForce(server);
    }

    private void CheckCommitted(IRuledServer server, RaftCore core)
    {
        var log = core.Log;
        Require(log.CommitIndex >= server.CheckedCommit, "commit index", $"that of {server.Name} went back from {server.CheckedCommit} to {log.CommitIndex}");
        for (var index = LogIndex.Max(server.CheckedCommit.Next(), log.Start.Index); index <= log.CommitIndex; index = index.Next())
        {
            var id = IdAt(log, index);
            if (index <= Committed)
            {
                Require(
                    index == LogIndex.Zero || CommittedAt(index).Id == id,
                    "state machine safety",
                    $"{server.Name} takes {id} for committed, but at this index it was another entry");
                continue;
            }

            Require(index == Committed.Next(), "commit in order", $"{server.Name} commits {id} after {Committed}");
            Require(
                IsMajority(server, voter => holds(voter, id)),
                "commit by majority",
                $"{server.Name} commits {id}, but the disks of a majority of {ConfigurationRules.Words(core.Configuration)} do not hold it");

            if (core.Role == RoleKind.Leader && index == log.CommitIndex)
            {
                Require(
                    id.Term == core.Term,
                    "commit by current term",
                    $"{server.Name} leads term {core.Term} and commits {id} without an entry of its own term (§3.6.2)");
            }

            committed.Add(log[index]);
            lastCommittedIn[core.Term] = id;
            Configurations.OnEntryCommitted(log[index]);
            OnCommitted?.Invoke(log[index]);
        }

        server.CheckedCommit = log.CommitIndex;
        server.CheckedConfiguration = core.Configuration;
    }

    // Of the configuration that the server has to use (§4.1). It may have begun to use another one in the same step, after
    // what is asked about here: the first that takes an entry for committed is a leader.
    private static bool IsMajority(IRuledServer server, Func<NodeId, bool> isCounted) =>
        IsMajority(server.Core.Configuration, isCounted) || (server.CheckedConfiguration is { } before && IsMajority(before, isCounted));

    /// <summary>§4.3: of the old voters, too, while two configurations overlap. Learners never count (§4.2.1).</summary>
    public static bool IsMajority(ClusterConfiguration configuration, Func<NodeId, bool> isCounted) =>
        IsMajority(configuration.Voters, isCounted) && (!configuration.IsJoint || IsMajority(configuration.OutgoingVoters, isCounted));

    private static bool IsMajority(ImmutableArray<NodeId> voters, Func<NodeId, bool> isCounted) => voters.Count(isCounted) > voters.Length / 2;

    private static EntryId IdAt(RaftLog log, LogIndex index) => new(index, log.TermAt(index)!.Value);
}
