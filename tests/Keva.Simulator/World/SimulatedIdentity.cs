using Keva.Journal.Directories;
using Keva.Node.Hosting;
using Keva.Raft;

namespace Keva.Simulator.World;

/// <summary>The identity in a machine's working directory. Outlives its processes.</summary>
internal sealed class SimulatedIdentity(string name, Dice dice)
{
    public NodeIdentity Current { get; private set; } = Draw(name, dice);

    /// <summary>The directory is new.</summary>
    public void Wipe() => Current = Draw(name, dice);

    /// <summary>The store of one process, whose write takes some time and dies with it.</summary>
    public IIdentityStore Open(Action<TimeSpan, Action> schedule, Func<string?> problem, Func<bool> isDead) => new Store(this, dice, schedule, problem, isDead);

    private static NodeIdentity Draw(string name, Dice dice) => new(new NodeId((ulong)dice.NextId()), name, 0, ReadOnlyMemory<byte>.Empty);

    private sealed class Store(SimulatedIdentity identity, Dice dice, Action<TimeSpan, Action> schedule, Func<string?> problem, Func<bool> isDead) : IIdentityStore
    {
        private readonly Queue<Action> waiting = new();
        private bool isBusy;

        public NodeIdentity Current => identity.Current;

        public void Form(ulong cluster, ReadOnlyMemory<byte> firstConfiguration, Action<string?> completed) =>
            Write(current => current with { Cluster = cluster, FirstConfiguration = firstConfiguration, IsAdmitted = !firstConfiguration.IsEmpty }, completed);

        public void SetAdmitted(bool isAdmitted, Action<string?> completed) =>
            Write(current => current with { IsAdmitted = isAdmitted }, completed);

        private void Write(Func<NodeIdentity, NodeIdentity> change, Action<string?> completed)
        {
            waiting.Enqueue(() => Begin(change, completed));
            WriteNext();
        }

        private void WriteNext()
        {
            if (!isBusy && waiting.TryDequeue(out var begin))
            {
                isBusy = true;
                begin();
            }
        }

        private void Begin(Func<NodeIdentity, NodeIdentity> change, Action<string?> completed) =>
            schedule(dice.Between(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(20)), () =>
            {
                // A process that dies meanwhile has written it or has not; nobody was told either way.
                if (isDead())
                {
                    return;
                }

                var why = problem();
                if (why is null)
                {
                    identity.Current = change(identity.Current);
                }

                schedule(dice.Between(TimeSpan.Zero, TimeSpan.FromMilliseconds(5)), () =>
                {
                    completed(why);
                    isBusy = false;
                    WriteNext();
                });
            });
    }
}
