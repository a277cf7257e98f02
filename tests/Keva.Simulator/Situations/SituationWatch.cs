using Keva.Node.Consensus;
using Keva.Node.Gateway;
using Keva.Node.Gossip;
using Keva.Raft;
using Keva.Raft.Messages;
using Keva.Raft.Roles;
using Keva.Simulator.Rules;
using Keva.Simulator.World;
using MemberStatus = Keva.Serf.MemberStatus;

namespace Keva.Simulator.Situations;

/// <summary>Recognises situations from what the world sees pass by. It decides nothing.</summary>
internal sealed class SituationWatch(SituationCounts counts)
{
    private readonly Dictionary<SimulatedProcess, Seen> seen = [];
    private readonly Dictionary<(SimulatedProcess Process, long ReadId), (Term Term, bool Lease)> reads = [];
    private readonly SortedDictionary<Term, int> candidatesOf = [];
    private readonly SortedSet<Term> ledTerms = [];
    private readonly Dictionary<(SimulatedProcess From, NodeId To), (EntryId Snapshot, long Chunk)> chunks = [];
    private readonly Dictionary<(SimulatedProcess Process, NodeId Peer), TimeSpan> failedSince = [];
    private readonly Dictionary<(ulong Session, ulong Sequence), Term> proposed = [];

    /// <summary>A server has acted.</summary>
    public void OnServer(SimulatedProcess process)
    {
        var core = process.Core;
        if (!seen.TryGetValue(process, out var last))
        {
            seen[process] = last = new Seen();
        }

        if (last.Role == RoleKind.Leader && core.Role != RoleKind.Leader)
        {
            OnLeadershipLost(process, core, last);
        }
        else if (last.Role != RoleKind.Candidate && core.Role == RoleKind.Candidate)
        {
            OnCandidate(core.Term);
        }

        if (core.Role == RoleKind.Leader)
        {
            ledTerms.Add(core.Term);
            if (core.Log.CommitIndex > last.Commit && core.Log.TermAt(last.Commit.Next()) is { } term && term < core.Term)
            {
                counts.Count(Situation.OldTermCommittedByNewTerm);
            }

            if (!process.Driver!.CanPersist)
            {
                last.LedWhileStalled = true;
            }
        }

        // A leader that was paused and commits again was not deposed.
        last.WasPaused &= core.Role == RoleKind.Leader && core.Log.CommitIndex == last.Commit;
        last.Role = core.Role;
        last.Commit = core.Log.CommitIndex;
        last.Term = core.Term;
    }

    public void OnPaused(SimulatedProcess process)
    {
        if (seen.TryGetValue(process, out var last))
        {
            last.WasPaused = true;
        }
    }

    public void OnMessageHandled(SimulatedProcess process, object message)
    {
        switch (message)
        {
            case RequestReadIndex request when process.Driver is not null:
                reads[(process, request.ReadId)] = (process.Core.Term, request.Lease);
                break;
            case ReadConfirmed confirmed when reads.Remove((process, confirmed.ReadId), out var asked):
                OnReadConfirmed(process, asked);
                break;
            case Propose propose:
                foreach (var proposal in propose.Proposals)
                {
                    OnProposed(proposal.Id, propose.Term);
                }

                break;
        }
    }

    public void OnArrived(SimulatedProcess receiver, RaftMessage message)
    {
        if (receiver.Driver is not null && message.Term < receiver.Core.Term)
        {
            counts.Count(Situation.MessageFromThePast);
        }

        if (message is ForwardRefused { Reason: ProposalRefusal.NotLeader })
        {
            counts.Count(Situation.ForwardRefusedForItsTerm);
        }
    }

    public void OnSent(SimulatedProcess from, NodeId to, RaftMessage message)
    {
        switch (message)
        {
            case InstallSnapshotRequest install:
                OnChunk(from, to, install);
                break;
            case TimeoutNow:
                counts.Count(Situation.LeadershipHandedOver);
                break;
            case VoteResponse { Granted: false }:
                counts.Count(Situation.CandidateLostForItsLog);
                break;
        }
    }

    public void OnRefused(KevaError error)
    {
        switch (error)
        {
            case KevaError.Busy:
                counts.Count(Situation.RefusedAsBusy);
                break;
            case KevaError.DiskFull:
                counts.Count(Situation.RefusedForFullDisk);
                break;
            case KevaError.OutcomeUnknown:
                counts.Count(Situation.OutcomeUnknown);
                break;
        }
    }

    public void OnOverwritten() => counts.Count(Situation.ConflictingSuffixOverwritten);

    public void OnChangeBegun(BegunChange change)
    {
        foreach (var added in change.After.Members.Where(member => change.Before.Find(member.Id) is null))
        {
            counts.Count(change.Before.Members.Any(member => member.Name == added.Name) ? Situation.WipedNodeReplaced : Situation.NodeJoined);
        }

        if (change.After.Voters.Any(voter => change.Before.Learners.Contains(voter)))
        {
            counts.Count(Situation.LearnerPromoted);
        }

        if (change.Before.IsJoint && change.TermBefore < change.TermAfter)
        {
            counts.Count(Situation.JointConfigurationInterrupted);
        }
    }

    /// <summary>Gossip tells a node something new: perhaps that one is there which it took for failed, and that ran all the time.</summary>
    public void OnGossip(SimulatedProcess process, IReadOnlyList<GossipPeer> peers, Func<NodeId, SimulatedProcess?> find, TimeSpan now)
    {
        foreach (var peer in peers)
        {
            var before = process.Gossiped.FirstOrDefault(other => other.Node == peer.Node)?.Status;
            if (peer.Status == MemberStatus.Failed && before != MemberStatus.Failed)
            {
                failedSince[(process, peer.Node)] = now;
            }
            else if (peer.Status == MemberStatus.Alive && failedSince.Remove((process, peer.Node), out var since) && find(peer.Node)?.StartedAt < since)
            {
                counts.Count(Situation.FailureRefuted);
            }
        }
    }

    public void OnSnapshotInstalled(bool overConflict)
    {
        counts.Count(Situation.SnapshotInstalled);
        if (overConflict)
        {
            counts.Count(Situation.SnapshotInstalledOverConflictingLog);
        }
    }

    private void OnLeadershipLost(SimulatedProcess process, RaftCore core, Seen last)
    {
        if (core.Log.LastIndex > last.Commit)
        {
            counts.Count(Situation.LeaderLostPendingBatch);
        }

        if (core.Term == last.Term)
        {
            counts.Count(Situation.LeaderWithoutQuorumSteppedDown);
        }
        else if (last.WasPaused)
        {
            counts.Count(Situation.LeaderPausedAndDeposed);
        }

        if (last.LedWhileStalled)
        {
            counts.Count(Situation.LeaderStalledAndFollowed);
            last.LedWhileStalled = false;
        }
    }

    private void OnCandidate(Term term)
    {
        candidatesOf[term] = candidatesOf.GetValueOrDefault(term) + 1;
        if (candidatesOf.GetValueOrDefault(new Term(term.Value - 1)) > 1 && !ledTerms.Contains(new Term(term.Value - 1)))
        {
            counts.Count(Situation.SplitVote);
        }
    }

    private void OnReadConfirmed(SimulatedProcess process, (Term Term, bool Lease) asked)
    {
        if (process.Core.Term > asked.Term)
        {
            counts.Count(Situation.ReadConfirmedAfterTermChange);
        }

        if (asked.Lease && process.IsLeader)
        {
            counts.Count(Situation.ReadByLease);
        }

        if (!process.IsLeader)
        {
            counts.Count(Situation.ReadThroughFollower);
        }
    }

    private void OnProposed(ProposalId id, Term term)
    {
        if (!proposed.TryAdd((id.Session, id.Sequence), term) && proposed[(id.Session, id.Sequence)] < term)
        {
            counts.Count(Situation.WriteProposedAgain);
            proposed[(id.Session, id.Sequence)] = term;
        }
    }

    private void OnChunk(SimulatedProcess from, NodeId to, InstallSnapshotRequest install)
    {
        if (chunks.TryGetValue((from, to), out var last) && last.Chunk > 0)
        {
            if (install.Snapshot == last.Snapshot && install.ChunkNumber == last.Chunk)
            {
                counts.Count(Situation.SnapshotResumed);
            }
            else if (install.ChunkNumber == 0)
            {
                counts.Count(Situation.SnapshotInterrupted);
            }
        }

        chunks[(from, to)] = (install.Snapshot, install.ChunkNumber);
    }

    private sealed class Seen
    {
        public RoleKind Role { get; set; }

        public LogIndex Commit { get; set; }

        public Term Term { get; set; }

        public bool WasPaused { get; set; }

        public bool LedWhileStalled { get; set; }
    }
}
