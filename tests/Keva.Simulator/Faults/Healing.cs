using Keva.Serf;
using Keva.Simulator.Rules;
using Keva.Simulator.Workload;
using Keva.Simulator.World;
using static Keva.Simulator.Rules.Rule;

namespace Keva.Simulator.Faults;

/// <summary>
/// The end of a run: nothing is wrong any more, and the cluster owes its users a leader, writes and reads through every
/// node, and equal copies, soon. A node without its data comes back as a new member in place of its old self.
/// </summary>
internal sealed class Healing(SimulatedCluster cluster, Dice dice)
{
    private const string Progress = "progress after healing";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Peace = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan TimeBeforeHelp = TimeSpan.FromSeconds(20);

    // A node that moved is not believed before gossip has given up its former self, and one that suspects it alone is slow to.
    private TimeSpan MembershipPatience
    {
        get
        {
            var gossip = cluster.Plan.Settings.Gossip;
            var longestSuspicion = new GossipTiming().SuspicionMaxTimeoutMultiplier * gossip.SuspicionMultiplier * gossip.ProbeInterval;
            return Patience + longestSuspicion + gossip.DeadNodeReclaimTime;
        }
    }

    private SimulatedClient Prober { get; } = new(0, cluster, cluster.Plan.Workload with { Patience = TimeSpan.FromSeconds(8) }, dice);

    private IReadOnlyList<SimulatedMachine> Machines => cluster.Machines;

    public void Run()
    {
        Heal();
        Await("operators' requests end", () => !cluster.Operators!.AreBusy);
        if (!cluster.World.RunUntil(IsEveryNodeReady, TimeBeforeHelp))
        {
            cluster.World.Execute(cluster.Operators!.HelpThoseWaiting);
        }

        Await("every node is ready", IsEveryNodeReady);
        foreach (var machine in Machines)
        {
            Demand(machine, $"a write through {machine.Name}", done => Prober.Write(machine, cluster.History.Key(0), done));
        }

        foreach (var key in cluster.History.Keys.ToArray())
        {
            foreach (var machine in Machines)
            {
                Demand(machine, $"a read of {key} through {machine.Name}", done => Prober.Read(machine, key, done));
            }
        }

        AwaitEqualCopies();
        AwaitMembership();
        ChangeLeader();
        AwaitMembership();
        DemandPeace();
    }

    private bool IsEveryNodeReady() => Machines.All(machine => machine.Process is { Views.Current.IsReady: true });

    private void AwaitEqualCopies() =>
        Await("all copies are equal", () => Machines.All(machine => machine.Process is { State: { } state } && state.AppliedIndex == cluster.Rules.Raft.Committed.Value));

    /// <summary>All are members, all that should vote do, and everybody sees in the gossip that everybody is alive.</summary>
    private void AwaitMembership()
    {
        var voters = Math.Min(Machines.Count, cluster.Plan.Settings.Membership.Voters);
        Await("every node is a member", MembershipPatience, () =>
            cluster.Rules.Raft.Configurations.Committed is { IsJoint: false } configuration
                && configuration.Members.Length == Machines.Count
                && configuration.Voters.Length >= voters
                && Machines.All(machine => machine.Process is { Driver: not null } process
                    && process.Core.Configuration.Equals(configuration)
                    && configuration.Find(machine.Node) is { } member
                    && member.PeerAddress == machine.PeerAddress.ToString()));
        Await("gossip sees every node alive", MembershipPatience, () => Machines.All(machine => machine.Process is { } process && SeesAll(process)), DescribeGossip);
    }

    // What gossip tells its node, and with it everybody who asks.
    private bool SeesAll(SimulatedProcess process) =>
        Machines.All(other => process.Gossiped.Any(peer => peer.Node == other.Node && peer.PeerAddress == other.PeerAddress.ToString() && peer.Status == MemberStatus.Alive && !peer.IsJoining))
            && process.Gossiped.All(peer => peer.Status != MemberStatus.Failed);

    /// <summary>
    /// The leader goes, with requests under way at other nodes: whoever leads next serves them, and their clients need
    /// not even know.
    /// </summary>
    private void ChangeLeader()
    {
        var settings = cluster.Plan.Settings;
        var leader = cluster.Running.Single(process => process.IsLeader);
        var others = Machines.Where(machine => machine != leader.Machine).ToArray();
        var isPatient = settings.Http.LeaderWait >= 5 * settings.Raft.ElectionTimeout;
        if (!isPatient || others.Length <= cluster.Machines.Count / 2)
        {
            return;
        }

        const long LargestWrite = 1 << 20;
        var failed = new List<string>();
        var failedWrites = new List<string>();
        var waiting = 0;
        void Ask(SimulatedMachine machine, string what, List<string> failures, Action<Action<bool>> request)
        {
            waiting++;
            cluster.After(dice.Between(TimeSpan.Zero, TimeSpan.FromMilliseconds(200)), () => request(isDone =>
            {
                waiting--;
                if (!isDone)
                {
                    failures.Add($"{what} through {machine.Name}");
                }
            }));
        }

        var key = dice.Pick(cluster.History.Keys);
        foreach (var machine in others)
        {
            Ask(machine, "a read", failed, done => Prober.Read(machine, key, done));
            Ask(machine, "a read", failed, done => Prober.Read(machine, key, done));
        }

        // Nodes of small means may well be too busy for more than one, and a new leader even for that: it has its own first entry.
        var writer = dice.Pick(others);
        var snapshots = cluster.Counts.Snapshots;
        if (Math.Min(settings.Raft.MaxUncommittedBytes, settings.Http.MaxQueuedBytes) >= LargestWrite)
        {
            Ask(writer, "a write", failedWrites, done => Prober.Write(writer, key, done));
        }

        cluster.After(dice.Between(TimeSpan.Zero, TimeSpan.FromMilliseconds(200)), () => End(leader));
        Await("an answer to each request", () => waiting == 0 && leader.IsEnded);
        if (cluster.Counts.Snapshots == snapshots)
        {
            // A node whose state jumps over the entry of its own write by a snapshot cannot know what became of it, and says so.
            failed.AddRange(failedWrites);
        }

        Require(failed.Count == 0, "a change of leader fails no request", $"{string.Join(", ", failed)}: {Describe()}");
        Await("every node is ready again", () => Machines.All(machine => machine.Process is { Views.Current.IsReady: true }));
        AwaitEqualCopies();
    }

    private void End(SimulatedProcess process)
    {
        if (dice.Chance(0.5))
        {
            cluster.Crash(process.Machine);
        }
        else
        {
            cluster.Stop(process.Machine);
        }
    }

    private void Heal()
    {
        cluster.IsHealed = true;
        cluster.Note("all is healed");
        cluster.Network.Calm();
        cluster.Network.Restore();
        foreach (var machine in cluster.Machines)
        {
            machine.MendDisk();
            if (machine.Damage is not null)
            {
                // Whoever runs it reads why it does not start, and empties its directory.
                cluster.Crash(machine);
                machine.Wipe();
            }

            if (machine.Process is { } process)
            {
                process.Resume();
                process.Host.ClockDriftPartsPerMillion = 0;
            }

            cluster.Start(machine);
            KeepRunning(machine);
        }
    }

    // One that was about to stop, or failed a moment ago, is started again as an operator would.
    private void KeepRunning(SimulatedMachine machine)
    {
        if (machine.Process is { } process)
        {
            cluster.WhenEnded(process, () =>
            {
                cluster.Start(machine);
                KeepRunning(machine);
            });
        }
    }

    private void Await(string what, Func<bool> condition) => Await(what, Patience, condition);

    private void Await(string what, TimeSpan patience, Func<bool> condition, Func<string>? describe = null)
    {
        if (!cluster.World.RunUntil(condition, patience))
        {
            throw new BrokenRuleException(Progress, $"{what} within {patience.TotalSeconds:0} s: {(describe is null ? $"{Describe()}; in gossip {DescribeGossip()}" : describe())}");
        }
    }

    private string DescribeGossip() =>
        string.Join("; ", Machines.Select(machine => machine.Process is not { } process
            ? $"{machine.Name} is down"
            : SeesAll(process)
                ? $"{process} sees all"
                : $"{process} of {machine.Node} sees {string.Join(", ", process.Gossiped.Select(peer => $"{peer.Name} {peer.Node} {peer.PeerAddress} {peer.Status}{(peer.IsJoining ? " joining" : "")}"))}"));

    /// <summary>A request may be refused while things settle; a client that tries again must succeed.</summary>
    private void Demand(SimulatedMachine machine, string what, Action<Action<bool>> request)
    {
        var deadline = cluster.World.Now + Patience;
        bool? isDone = null;
        do
        {
            Require(cluster.World.Now < deadline, Progress, $"{what} within {Patience.TotalSeconds} s: {Describe()}");
            isDone = null;
            cluster.World.Execute(() => request(done => isDone = done));
            cluster.World.RunUntil(() => isDone is not null, Patience);
        }
        while (isDone != true);
    }

    /// <summary>With nothing going wrong, nobody stands for election.</summary>
    private void DemandPeace()
    {
        var leader = cluster.Running.Single(process => process.IsLeader);
        var term = leader.Core.Term;
        cluster.IsAtPeace = true;
        cluster.World.AdvanceBy(Peace);
        Require(
            leader.IsLeader && Machines.All(machine => machine.Process!.Core.Term == term),
            "peace after healing",
            $"{leader} led term {term}; now {Describe()}");

        // A suspicion of before the healing may still have run out meanwhile; the suspect objects.
        AwaitMembership();
    }

    private string Describe() =>
        string.Join("; ", cluster.Machines.Select(machine => machine.Process is not { } process
            ? $"{machine.Name} is down"
            : process.Driver is null
                ? $"{process}: {process.Views.Current.NotReadyReason}"
                : $"{process}: {process.Core.Role} of term {process.Core.Term}, log to {process.Core.Log.LastEntry}, commit {process.Core.Log.CommitIndex}, uses {ConfigurationRules.Words(process.Core.Configuration)}, "
                    + $"applied {process.State?.AppliedIndex}, {(process.Views.Current.IsReady ? "ready" : process.Views.Current.NotReadyReason)}"));
}
