using System.CommandLine;
using System.Diagnostics;
using Keva.Simulator.PlantedBugs;
using Keva.Simulator.Runs;

namespace Keva.Simulator.CommandLine;

/// <summary>What <c>scripts/simulate</c> can be asked for.</summary>
internal static class SimulatorCommand
{
    private const int ProgressEvery = 250;
    private const int ShownFailures = 5;

    public static int Run(string[] args)
    {
        var seeds = new Option<int>("--seeds") { Description = "How many seeds to run.", DefaultValueFactory = _ => 200 };
        var first = new Option<int>("--from") { Description = "The first of them.", DefaultValueFactory = _ => 1 };
        var seed = new Option<int?>("--seed") { Description = "Run this one seed and tell what came of it." };
        var trace = new Option<bool>("--trace") { Description = "With --seed: print every step." };
        var threads = new Option<int>("--threads") { Description = "How many seeds to run at a time.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var stopAfter = new Option<int>("--stop-after") { Description = "Begin no new seed after so many failures.", DefaultValueFactory = _ => int.MaxValue };
        var situations = new Option<bool>("--situations") { Description = "Tell how often each rare situation was reached." };
        var planted = new Option<bool>("--planted") { Description = "Plant known bugs, one at a time, and tell which rule catches each." };
        var only = new Option<string?>("--only") { Description = "With --planted: only bugs whose name contains this." };
        var quick = new Option<bool>("--quick") { Description = "With --planted: begin with the seed that is known to catch the bug." };
        var awake = new Option<string[]>("--awake") { Description = "In a copy that --planted made: bugs with their seeds, as NAME:SEED.", Hidden = true, AllowMultipleArgumentsPerToken = true };
        var root = new RootCommand("Runs whole Keva clusters on one thread from one seed, with everything going wrong that may.")
        {
            seeds, first, seed, trace, threads, stopAfter, situations, planted, only, quick, awake,
        };
        root.SetAction(result =>
        {
            if (result.GetValue(planted))
            {
                return PlantedCommand.Run(result.GetValue(only), result.GetValue(quick), result.GetValue(threads));
            }

            if (result.GetValue(awake) is { Length: > 0 } pairs)
            {
                return Awakening.Run(pairs, result.GetValue(threads));
            }

            return result.GetValue(seed) is { } one
                ? RunOne(one, result.GetValue(trace))
                : RunMany(result.GetValue(first), result.GetValue(seeds), result.GetValue(threads), result.GetValue(stopAfter), result.GetValue(situations));
        });
        return root.Parse(args).Invoke();
    }

    private static int RunOne(int seed, bool trace)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput(), bufferSize: 1 << 16);
        var clock = Stopwatch.StartNew();
        var result = SeedRun.Run(seed, trace ? output.WriteLine : null);
        var totals = new RunTotals();
        totals.Add(result);

        // How long it took is no part of what the seed decides.
        var lines = trace ? [] : Report.Summary(totals, clock.Elapsed);
        foreach (var line in lines.Concat(result.IsFailure ? Report.Failure(result) : [$"seed {seed} broke no rule"]))
        {
            output.WriteLine(line);
        }

        output.WriteLine($"fingerprint {result.Fingerprint:x16}");
        return result.IsFailure ? 1 : 0;
    }

    private static int RunMany(int first, int count, int threads, int stopAfter, bool situations)
    {
        var clock = Stopwatch.StartNew();
        var done = 0;
        var totals = ParallelRuns.Run(first, count, threads, stopAfter, result =>
        {
            if (result.IsFailure)
            {
                Console.WriteLine($"seed {result.Seed}: {result.Failure}");
            }

            if (++done % ProgressEvery == 0 && done < count)
            {
                Console.WriteLine($"{done} of {count} seeds in {clock.Elapsed.TotalSeconds:0} s");
            }
        });
        var missing = Report.Missing(totals);
        foreach (var line in totals.Failures.Values.Take(ShownFailures).SelectMany(Report.Failure)
            .Concat(situations || missing.Count > 0 ? Report.Situations(totals) : [])
            .Concat(Report.Summary(totals, clock.Elapsed))
            .Concat(missing.Select(what => $"never reached: {what}")))
        {
            Console.WriteLine(line);
        }

        return totals.Failures.Count > 0 || missing.Count > 0 ? 1 : 0;
    }
}
