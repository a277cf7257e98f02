using Keva.Node.Telemetry.Tracing;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Messages;
using Keva.Store;
using Keva.Store.Commands;

namespace Keva.Node.Gateway;

/// <summary>
/// The writes of this node's clients from arrival to answer. A write is proposed for one term. If an entry of a later
/// term is applied before it, it never will be (RaftDriver.Propose): then it is proposed again, and takes effect once
/// all the same. So a change of leader costs a client time, and only a write whose fate is really open when its time is
/// up is answered with <see cref="KevaError.OutcomeUnknown"/>.
/// </summary>
/// <typeparam name="TClient">Whom to answer.</typeparam>
/// <param name="options">Limits and time-outs.</param>
/// <param name="traces">Where traced writes are known; null if there are none.</param>
internal sealed class WriteTracker<TClient>(GatewayOptions options, TracedWrites? traces = null)
    where TClient : notnull
{
    private readonly SortedDictionary<ulong, PendingWrite> pending = [];
    private readonly List<PendingWrite> unsent = [];
    private Leadership leadership;
    private bool isLeader;
    private Term appliedTerm;
    private ulong lastSequence;

    public bool IsEmpty => pending.Count == 0;

    /// <summary>Writes that wait.</summary>
    public int Count => pending.Count;

    /// <summary>Whether <see cref="TakeProposals"/> has something to give.</summary>
    public bool HasUnsent => unsent.Count > 0 && !leadership.Leader.IsNone;

    public long QueuedBytes { get; private set; }

    /// <summary>Takes a write in; an answer, if there is one at once.</summary>
    public WriteOutcome? Add(ClientWrite write, TClient client, TimeSpan now)
    {
        var bytes = write.Key.Length + write.Value.Length;
        if (QueuedBytes > 0 && QueuedBytes + bytes > options.MaxQueuedBytes)
        {
            return Failed(KevaError.Busy, "too many bytes of writes are waiting on this node; try again in a moment");
        }

        if (MustGoElsewhere(write.Routing))
        {
            return Failed(KevaError.NotLeader, "this node is not the leader");
        }

        var sequence = ++lastSequence;
        var origin = new ProposalOrigin(options.Session, sequence);
        var payload = write.Kind == WriteKind.Set
            ? CommandCodec.Encode(origin, new SetCommand(write.Key, write.Value))
            : CommandCodec.Encode(origin, new DeleteCommand(write.Key));
        var isTraced = traces is not null && write.Trace is not null;
        if (isTraced)
        {
            traces!.Begin(origin, write.Trace!);
        }

        var entry = new PendingWrite(sequence, payload, bytes, write.Routing, client, now, isTraced);
        pending.Add(sequence, entry);
        unsent.Add(entry);
        QueuedBytes += bytes;
        return null;
    }

    /// <summary>
    /// Who leads, as far as this node knows. Writes for the leader alone that wait on another node get their answer.
    /// </summary>
    public List<(TClient Client, WriteOutcome Outcome)> OnLeadership(Leadership current, bool isSelf)
    {
        var answers = new List<(TClient Client, WriteOutcome Outcome)>();
        leadership = current;
        isLeader = isSelf;
        var misplaced = unsent.Where(write => MustGoElsewhere(write.Routing)).ToArray();
        foreach (var write in misplaced)
        {
            unsent.Remove(write);
            answers.Add(Finish(write, Failed(KevaError.NotLeader, "this node is not the leader")));
        }

        return answers;
    }

    /// <summary>What to propose now, and for which term; null when there is nothing or nobody to propose it to.</summary>
    public (Term Term, IReadOnlyList<Proposal> Proposals)? TakeProposals()
    {
        if (unsent.Count == 0 || leadership.Leader.IsNone)
        {
            return null;
        }

        var proposals = new Proposal[unsent.Count];
        for (var i = 0; i < proposals.Length; i++)
        {
            var write = unsent[i];
            write.ProposedFor = leadership.Term;
            proposals[i] = new Proposal(new ProposalId(options.Session, write.Sequence), write.Payload);
        }

        unsent.Clear();
        return (leadership.Term, proposals);
    }

    /// <summary>These, proposed for that term, were refused for certain. Some refusals pass by themselves: such writes wait for the next try.</summary>
    public List<(TClient Client, WriteOutcome Outcome)> OnRefused(Term proposedFor, IReadOnlyList<ProposalId> proposals, ProposalRefusal reason)
    {
        var answers = new List<(TClient Client, WriteOutcome Outcome)>();
        foreach (var id in proposals)
        {
            if (id.Session != options.Session || !pending.TryGetValue(id.Sequence, out var write) || write.ProposedFor != proposedFor)
            {
                continue;
            }

            switch (reason)
            {
                case ProposalRefusal.Busy:
                    answers.Add(Finish(write, Failed(KevaError.Busy, "the leader has too many writes under way; try again in a moment")));
                    break;
                case ProposalRefusal.DiskFull:
                    answers.Add(Finish(write, Failed(KevaError.DiskFull, "the leader's disk takes no writes; free space on it")));
                    break;
                default:
                    write.ProposedFor = null;
                    write.RetryLater = true;
                    break;
            }
        }

        return answers;
    }

    /// <summary>Everything up to <paramref name="last"/> is applied; these results are of this node's writes.</summary>
    public List<(TClient Client, WriteOutcome Outcome)> OnApplied(EntryId last, IReadOnlyList<ApplyResult> own)
    {
        var answers = new List<(TClient Client, WriteOutcome Outcome)>();
        foreach (var result in own)
        {
            if (pending.TryGetValue(result.Origin.Sequence, out var write))
            {
                Invariant.Check(write.ProposedFor is not null, "only what was proposed is applied");
                answers.Add(Finish(write, new WriteOutcome(null, result.Revision, result.Existed, result.Previous)));
            }
        }

        if (last.Term > appliedTerm)
        {
            appliedTerm = last.Term;
            ProposeLostAgain();
        }

        return answers;
    }

    /// <summary>
    /// The state jumped over entries: writes that were proposed may be among them, and nobody can tell.
    /// </summary>
    public List<(TClient Client, WriteOutcome Outcome)> OnStateReplaced(EntryId last)
    {
        var answers = new List<(TClient Client, WriteOutcome Outcome)>();
        appliedTerm = last.Term > appliedTerm ? last.Term : appliedTerm;
        foreach (var write in pending.Values.Where(write => write.ProposedFor is not null).ToArray())
        {
            answers.Add(Finish(write, Failed(KevaError.OutcomeUnknown, "this node fell behind while the write was under way: it may or may not have happened")));
        }

        return answers;
    }

    /// <summary>Answers what has waited too long, and lets refused writes have another try.</summary>
    public List<(TClient Client, WriteOutcome Outcome)> OnTick(TimeSpan now)
    {
        var answers = new List<(TClient Client, WriteOutcome Outcome)>();
        foreach (var write in pending.Values.ToArray())
        {
            if (write.ProposedFor is not null)
            {
                if (now - write.Arrived >= options.RequestTimeout)
                {
                    answers.Add(Finish(write, Failed(KevaError.OutcomeUnknown, "no answer came in time: the write may or may not have happened")));
                }

                continue;
            }

            // Those that were proposed before have waited for a leader, too: the whole time counts.
            if (now - write.Arrived >= options.LeaderWait)
            {
                unsent.Remove(write);
                answers.Add(Finish(write, Failed(KevaError.NoLeader, "no leader was found in time; nothing was written")));
            }
            else if (write.RetryLater)
            {
                write.RetryLater = false;
                unsent.Add(write);
            }
        }

        return answers;
    }

    /// <summary>The node stops: nothing that still waits will be done here.</summary>
    public List<(TClient Client, WriteOutcome Outcome)> OnClosing()
    {
        var answers = new List<(TClient Client, WriteOutcome Outcome)>();
        foreach (var write in pending.Values.Where(write => write.ProposedFor is null).ToArray())
        {
            unsent.Remove(write);
            answers.Add(Finish(write, Failed(KevaError.Stopping, "this node is stopping; nothing was written")));
        }

        return answers;
    }

    private bool MustGoElsewhere(WriteRouting routing) =>
        routing == WriteRouting.LeaderOnly && !leadership.Leader.IsNone && !isLeader;

    private void ProposeLostAgain()
    {
        foreach (var write in pending.Values)
        {
            if (write.ProposedFor is { } term && term < appliedTerm)
            {
                write.ProposedFor = null;
                unsent.Add(write);
            }
        }
    }

    private (TClient Client, WriteOutcome Outcome) Finish(PendingWrite write, WriteOutcome outcome)
    {
        pending.Remove(write.Sequence);
        QueuedBytes -= write.Bytes;
        if (write.IsTraced)
        {
            traces!.End(new ProposalOrigin(options.Session, write.Sequence));
        }

        return (write.Client, outcome);
    }

    private static WriteOutcome Failed(KevaError error, string message) => new(new KevaFailure(error, message), 0, false, default);

    private sealed class PendingWrite(ulong sequence, ReadOnlyMemory<byte> payload, int bytes, WriteRouting routing, TClient client, TimeSpan arrived, bool isTraced)
    {
        public ulong Sequence { get; } = sequence;

        public ReadOnlyMemory<byte> Payload { get; } = payload;

        public int Bytes { get; } = bytes;

        public WriteRouting Routing { get; } = routing;

        public TClient Client { get; } = client;

        public TimeSpan Arrived { get; } = arrived;

        public bool IsTraced { get; } = isTraced;

        /// <summary>The term for which it was proposed and not refused; null while nothing was done about it.</summary>
        public Term? ProposedFor { get; set; }

        /// <summary>Refused by a leader that was about to change: to be proposed again at the next tick.</summary>
        public bool RetryLater { get; set; }
    }
}
