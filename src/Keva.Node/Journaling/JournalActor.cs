using Keva.Actors;
using Keva.Journal;
using Keva.Node.Consensus;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Membership;
using Microsoft.Extensions.Logging;

namespace Keva.Node.Journaling;

/// <summary>Make this durable; the sender gets <see cref="WritesPersisted"/>.</summary>
public sealed record PersistWrite(JournalWrite Write);

/// <summary>Everything up to the entry is in a checkpoint and may go.</summary>
public sealed record TrimJournal(GroupId Group, EntryId Through, ClusterConfiguration Configuration);

/// <summary>Replay the journal; answered with <see cref="JournalRecovered"/>.</summary>
public sealed record RecoverJournal(GroupId Group);

public sealed record JournalRecovered(GroupId Group, RecoveredLog Log);

/// <summary>The journal cannot go on, and neither can the node; the message says what to do.</summary>
public sealed class JournalFailedException(string message, Exception inner) : Exception(message, inner);

/// <summary>
/// Stands between the consensus and the journal's own thread: hands writes over, and what became of them back to whoever
/// asked last.
/// </summary>
public sealed class JournalActor : ReceiveActor
{
    private readonly ILogger logger;
    private IActorRef user = ActorRefs.Nobody;

    public JournalActor(Func<IJournalEvents, IJournal> open, ILogger logger)
    {
        this.logger = logger;
        var journal = open(new JournalEventRelay(Self));
        Receive<PersistWrite>(message =>
        {
            user = Sender;
            journal.Enqueue(message.Write);
        });
        Receive<RecoverJournal>(message =>
        {
            user = Sender;
            journal.Recover(message.Group);
        });
        Receive<TrimJournal>(message => journal.Trim(message.Group, message.Through, message.Configuration));
        Receive<JournalRecovered>(message => user.Tell(message));
        Receive<WritesPersisted>(message => user.Tell(message));
        Receive<JournalStalled>(OnStalled);
        Receive<JournalResumed>(OnResumed);
        Receive<JournalFailed>(message => throw new JournalFailedException(message.Problem.Message, message.Cause));
    }

    private void OnStalled(JournalStalled message)
    {
        NodeLog.JournalStalled(logger, message.Problem.Message);
        user.Tell(message);
    }

    private void OnResumed(JournalResumed message)
    {
        NodeLog.JournalResumed(logger);
        user.Tell(message);
    }
}

/// <summary>The journal failed for good.</summary>
internal sealed record JournalFailed(StorageProblem Problem, Exception Cause)
{
    /// <summary>Without the cause's stack: which calls are on it depends on what the JIT compiler inlined, and the trace of a simulated run may not.</summary>
    public override string ToString() => $"{nameof(JournalFailed)} {{ Problem = {Problem}, Cause = {Cause.Message} }}";
}

/// <summary>
/// Turns the journal's calls, which come on its thread, into messages. All writes of a transaction make one message.
/// </summary>
internal sealed class JournalEventRelay(IActorRef actor) : IJournalEvents
{
    private long persisted;
    private long told;

    public void Recovered(GroupId group, RecoveredLog log) => actor.Tell(new JournalRecovered(group, log), ActorRefs.NoSender);

    public void Persisted(GroupId group, long sequence) => persisted = sequence;

    public void Committed(JournalCommit commit)
    {
        // A transaction may have trimmed and written nothing.
        if (persisted > told)
        {
            told = persisted;
            actor.Tell(new WritesPersisted(persisted), ActorRefs.NoSender);
        }
    }

    public void Stalled(StorageProblem problem) => actor.Tell(new JournalStalled(problem), ActorRefs.NoSender);

    public void Resumed() => actor.Tell(JournalResumed.Instance, ActorRefs.NoSender);

    public void Failed(StorageProblem problem, Exception cause) => actor.Tell(new JournalFailed(problem, cause), ActorRefs.NoSender);
}
