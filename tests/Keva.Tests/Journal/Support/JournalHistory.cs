using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Log;
using Keva.Raft.Membership;
using static Keva.Tests.Journal.Support.Samples;

namespace Keva.Tests.Journal.Support;

/// <summary>
/// Random writes, trims, restarts and crashes against a model. After each restart the journal must hold what the model
/// held after some step: not before the last one that was acknowledged, and the same step for all groups.
/// </summary>
internal sealed class JournalHistory(JournalHarness harness, Random random)
{
    private static readonly GroupId[] Groups = [Group, OtherGroup];

    /// <summary>The model: each group's log, all immutable, so that every step can be kept.</summary>
    private sealed record Model(HardState HardState, EntryId Start, ClusterConfiguration? Configuration, LogEntry[] Entries)
    {
        public static readonly Model Empty = new(HardState.Initial, EntryId.Zero, null, []);

        public EntryId Last => Entries.Length > 0 ? Entries[^1].Id : Start;

        public EntryId IdAt(long index) => index == Start.Index.Value ? Start : Entries[index - Start.Index.Value - 1].Id;
    }

    private readonly List<Dictionary<GroupId, Model>> steps = [Groups.ToDictionary(group => group, _ => Model.Empty)];
    private readonly Dictionary<(GroupId Group, long Sequence), int> stepOfWrite = [];
    private readonly Dictionary<GroupId, long> sequences = [];
    private long variant;

    public void Run(int incarnations, int stepsEach)
    {
        for (var incarnation = 0; incarnation < incarnations; incarnation++)
        {
            Recover();
            for (var step = random.Next(stepsEach); step >= 0; step--)
            {
                Step();
            }

            End();
        }

        Recover();
    }

    private void Recover()
    {
        harness.Open();
        var found = Groups.ToDictionary(group => group, group => Describe(harness.Recover(group)));
        var match = steps.FindIndex(step => Groups.All(group => Matches(step[group], found[group])));
        Assert.True(match >= 0, $"recovered {string.Join(" | ", found.Values)}\nacknowledged {Text(steps[0])}\nlast {Text(steps[^1])}");
        steps.RemoveRange(0, match);
        steps.RemoveRange(1, steps.Count - 1);
        stepOfWrite.Clear();
        sequences.Clear();
    }

    private static bool Matches(Model model, string found) =>
        string.Equals(Describe(model.HardState, model.Start, model.Configuration, model.Entries), found, StringComparison.Ordinal);

    private static string Text(Dictionary<GroupId, Model> step) =>
        string.Join(" | ", Groups.Select(group => Describe(step[group].HardState, step[group].Start, step[group].Configuration, step[group].Entries)));

    private void Step()
    {
        var group = Groups[random.Next(Groups.Length)];
        var model = steps[^1][group];
        if (random.Next(8) == 0 && model.Entries.Length > 0)
        {
            Trim(group, model);
        }
        else
        {
            Write(group, model);
        }

        if (random.Next(6) == 0)
        {
            WaitForAll(group);
        }
    }

    private void Trim(GroupId group, Model model)
    {
        var through = model.IdAt(model.Start.Index.Value + random.Next(1, model.Entries.Length + 1));
        var configuration = ConfigurationOf(random.Next(1, 9));
        harness.Journal.Trim(group, through, configuration);
        Note(group, model with
        {
            Start = through,
            Configuration = configuration,
            Entries = model.Entries[(int)(through.Index - model.Start.Index)..],
        });
    }

    private void Write(GroupId group, Model model)
    {
        HardState? hardState = null;
        LogReset? reset = null;
        EntryBatch? entries = null;
        if (random.Next(3) == 0)
        {
            hardState = new HardState(new Term(model.HardState.Term.Value + random.Next(2)), new NodeId((ulong)random.Next(5)));
            model = model with { HardState = hardState.Value };
        }

        if (random.Next(15) == 0)
        {
            var term = new Term(Math.Max(1, Math.Max(model.HardState.Term.Value, model.Last.Term.Value)));
            reset = new LogReset(new EntryId(model.Last.Index + random.Next(1, 10), term), ConfigurationOf(random.Next(1, 9)));
            model = model with { Start = reset.Snapshot, Configuration = reset.Configuration, Entries = [] };
        }

        if (random.Next(5) != 0)
        {
            entries = NextBatch(model);
            model = model with
            {
                Entries = [.. model.Entries[..(int)(entries.First.Index - model.Start.Index - 1)], .. entries.Entries],
            };
        }

        var sequence = sequences[group] = sequences.GetValueOrDefault(group) + 1;
        harness.Journal.Enqueue(new JournalWrite(group, sequence, hardState, reset, entries));
        Note(group, model);
        stepOfWrite[(group, sequence)] = steps.Count - 1;
    }

    private EntryBatch NextBatch(Model model)
    {
        // One in four takes the place of a suffix, in a later term.
        var isOverride = random.Next(4) == 0;
        var first = isOverride ? model.Start.Index.Value + random.Next(1, model.Entries.Length + 2) : model.Last.Index.Value + 1;
        var term = Math.Max(model.Last.Term.Value, 1) + (isOverride ? 1 : random.Next(2));
        var padding = random.Next(10) == 0 ? new string('x', random.Next(20_000)) : "";
        return Batch(first, random.Next(1, 6), term, $"#{++variant}{padding}");
    }

    private void Note(GroupId group, Model model)
    {
        var next = new Dictionary<GroupId, Model>(steps[^1]) { [group] = model };
        steps.Add(next);
    }

    private void WaitForAll(GroupId group)
    {
        if (sequences.TryGetValue(group, out var sequence))
        {
            harness.WaitForPersisted(group, sequence);
        }
    }

    private void End()
    {
        if (random.Next(3) == 0)
        {
            // An orderly end writes everything.
            harness.Close();
            steps.RemoveRange(0, steps.Count - 1);
            return;
        }

        harness.Crash();
        var acknowledged = harness.Events.PersistedWrites.Select(write => stepOfWrite[write]).DefaultIfEmpty(0).Max();
        steps.RemoveRange(0, acknowledged);
    }
}
