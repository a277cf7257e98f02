using System.Text;
using Keva.Linearizability;
using Keva.Node.Gateway;
using Keva.Simulator.Plans;
using Keva.Simulator.World;

namespace Keva.Simulator.Workload;

/// <summary>
/// A user that asks one thing after another and waits for each answer, until it loses patience or its connection. It
/// knows a write that was refused for certain from one whose outcome is open, as the interface promises.
/// </summary>
internal sealed class SimulatedClient(int number, SimulatedCluster cluster, WorkloadPlan plan, Dice dice, SimulatedMachine? home = null)
{
    private SimulatedMachine? usual = home;
    private bool isStopped;

    public void Start() => After(dice.Between(TimeSpan.Zero, plan.LongestThinkTime));

    /// <summary>Asks nothing new from now on; what is under way ends as it may.</summary>
    public void Stop() => isStopped = true;

    /// <summary>Asks one node for one key, outside of the usual load; calls back with whether it was served.</summary>
    public void Read(SimulatedMachine machine, string key, Action<bool> done) =>
        Ask(new PendingRequest(machine, OperationKind.Read, key, 0, ReadConsistency.Linearizable, WriteRouting.Forward), done);

    /// <summary>Writes through one node, outside of the usual load; calls back with whether it took effect.</summary>
    public void Write(SimulatedMachine machine, string key, Action<bool> done) =>
        Ask(new PendingRequest(machine, OperationKind.Set, key, cluster.History.NextValue(), ReadConsistency.Linearizable, WriteRouting.Forward), done);

    private void After(TimeSpan delay) => cluster.After(delay, () =>
    {
        if (!isStopped)
        {
            AskSomething(DrawKey());
        }
    });

    private void AskSomething(string key)
    {
        if (usual is null || !dice.Chance(plan.StickyRate))
        {
            usual = dice.Pick(cluster.Machines);
        }

        var kind = dice.Chance(plan.ReadRate) ? OperationKind.Read : dice.Chance(plan.DeleteRate) ? OperationKind.Delete : OperationKind.Set;
        var consistency = dice.Chance(plan.StaleReadRate) ? ReadConsistency.Stale
            : dice.Chance(plan.LeaseReadRate) ? ReadConsistency.Lease
            : ReadConsistency.Linearizable;
        var value = kind != OperationKind.Set ? 0
            : dice.Chance(plan.EmptyValueRate) && cluster.History.TryBeginEmptyValue(key) ? ClientValue.Empty
            : cluster.History.NextValue();
        var routing = dice.Chance(plan.LeaderOnlyRate) ? WriteRouting.LeaderOnly : WriteRouting.Forward;
        var request = new PendingRequest(usual, kind, key, value, consistency, routing);
        Ask(request, _ => GoOn(request));
    }

    private void GoOn(PendingRequest request)
    {
        if (request.IsOutcomeOpen && request.Kind != OperationKind.Read && dice.Chance(plan.RetryRate) && !isStopped)
        {
            usual = null;
            AskSomething(request.Key);
        }
        else
        {
            After(dice.Between(TimeSpan.Zero, plan.LongestThinkTime));
        }
    }

    private string DrawKey() =>
        cluster.History.Key(dice.Chance(plan.HotKeyRate) ? 0 : dice.Below(plan.Keys));

    private void Ask(PendingRequest request, Action<bool> done)
    {
        request.Invoked = cluster.World.Now.Ticks;

        // A request takes a moment to arrive, and may find nobody there.
        cluster.After(DrawHop(), () =>
        {
            if (request.Machine.Process is not { Gateway: { } gateway } process)
            {
                Finish(request, done, Answer.Refused);
                return;
            }

            request.SentTo = process;
            gateway.Tell(MessageOf(request), new ReplyRef(reply => cluster.After(DrawHop(), () => Finish(request, done, Judge(request, reply)))));
            WatchConnection(request, done);
        });
        cluster.After(plan.Patience, () => Finish(request, done, Answer.None));
    }

    // A client notices that its node is gone.
    private void WatchConnection(PendingRequest request, Action<bool> done) =>
        cluster.WhenEnded(request.SentTo!, () => Finish(request, done, Answer.None));

    private TimeSpan DrawHop() => dice.Between(TimeSpan.FromMicroseconds(20), TimeSpan.FromMicroseconds(500));

    private object MessageOf(PendingRequest request)
    {
        var key = Encoding.UTF8.GetBytes(request.Key);
        return request.Kind switch
        {
            OperationKind.Read => new ClientRead(key, request.Consistency),
            OperationKind.Set => new ClientWrite(
                WriteKind.Set, key, ClientValue.Make(request.Value, dice.Between(sizeof(long), plan.MaximumValueBytes)), request.Routing),
            _ => new ClientWrite(WriteKind.Delete, key, default, request.Routing),
        };
    }

    private Answer Judge(PendingRequest request, object reply)
    {
        switch (reply)
        {
            case WriteOutcome { Error: null } written:
                cluster.Rules.Store.OnAcknowledged(request.Key, request.Kind == OperationKind.Set ? request.Value : null, written);
                request.Existed = written.Existed;
                request.Revision = written.Revision;
                return Answer.Done;
            case WriteOutcome { Error.Error: KevaError.OutcomeUnknown }:
                cluster.OnRefused(KevaError.OutcomeUnknown);
                return Answer.None;
            case WriteOutcome { Error: { } error }:
                if (request.Kind == OperationKind.Set)
                {
                    cluster.Rules.Store.OnRefused(request.Key, request.Value);
                }

                cluster.OnRefused(error.Error);
                return Answer.Refused;
            case ReadOutcome { Error: null } read:
                request.Value = read.Found ? ClientValue.Read(read.Value.Span) : 0;
                request.Found = read.Found;
                request.Revision = read.StoreRevision;
                request.ModRevision = read.ModRevision;
                cluster.Rules.Store.OnRead(request.Key, read.Found ? request.Value : null, read);
                return Answer.Done;
            case ReadOutcome { Error: { } error }:
                cluster.OnRefused(error.Error);
                return Answer.Refused;
            default:
                throw new InvalidOperationException($"an unexpected answer: {reply}");
        }
    }

    private void Finish(PendingRequest request, Action<bool> done, Answer answer)
    {
        if (request.IsFinished)
        {
            return;
        }

        request.IsFinished = true;
        request.IsOutcomeOpen = answer == Answer.None;
        cluster.History.Note(number, request, answer, cluster.World.Now.Ticks);
        done(answer == Answer.Done);
    }
}
