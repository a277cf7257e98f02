using Keva.Benchmarks.Reports;
using Keva.Benchmarks.Scenarios;

namespace Keva.Benchmarks;

/// <summary>A whole run: the machine, the scenarios, the tables, the budgets.</summary>
internal static class BenchRun
{
    private const int RoundsToCompare = 5;

    public static readonly IScenario[] Scenarios = [new RawDiskScenario(), new IdleScenario(), new LoadScenario(), new FailoverScenario(), new GrowthScenario()];

    public static async Task<int> RunAsync(BenchContext context, FileInfo? json)
    {
        var options = context.Options;
        var wanted = Scenarios.Where(scenario => scenario.Workloads.Any(workload => options.IsWanted(workload.Name))).ToArray();
        if (wanted.Length == 0)
        {
            throw new BenchmarkException($"no workload is called {string.Join(" or ", options.Only)}; --list lists them");
        }

        var machine = await Machine.LookAsync(options.Directory, options.IsAgainstEtcd);
        foreach (var line in machine.Lines().Concat(Conditions(options)))
        {
            Console.WriteLine(line);
        }

        foreach (var scenario in wanted)
        {
            await scenario.RunAsync(context);
        }

        foreach (var line in TextReport.Lines(context.Figures))
        {
            Console.WriteLine(line);
        }

        var budgets = IsWhole(options) ? Budgets.Judge(context.Figures) : [];
        if (budgets.Count > 0)
        {
            Console.WriteLine();
            foreach (var line in Budgets.Lines(budgets))
            {
                Console.WriteLine(line);
            }
        }

        if (json is not null)
        {
            JsonReport.Write(json.FullName, machine, options, context.Figures, budgets);
        }

        return budgets.All(result => result.Verdict == Verdict.Pass) ? 0 : 1;
    }

    private static bool IsWhole(BenchOptions options) => options.IsAgainstEtcd && options.Only.Length == 0;

    private static IEnumerable<string> Conditions(BenchOptions options)
    {
        yield return "Three nodes of each store, the load generator and all else on this machine, over the loopback interface, with default settings.";
        yield return options.IsAgainstEtcd
            ? "Both sync every write to disk on a majority before they acknowledge it; both answer reads linearizably. etcd has a larger quota than its default."
            : "Every write is synced to disk on a majority before it is acknowledged; reads are linearizable.";
        yield return FormattableString.Invariant(
            $"{options.Rounds} rounds of {options.Seconds:0.##} s each, turn and turn about; median (least–most).");
        yield return "'CPU s/10k': processor seconds of all nodes together for 10,000 requests. 'disk B/B': bytes that the disk wrote, per byte of key and value.";
        if (options.Rounds < RoundsToCompare)
        {
            yield return FormattableString.Invariant($"WARNING: fewer than {RoundsToCompare} rounds tell nothing about the spread; do not compare these figures.");
        }
    }
}
