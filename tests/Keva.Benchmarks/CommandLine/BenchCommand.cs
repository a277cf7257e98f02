using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Keva.Benchmarks.Generator;
using Keva.Benchmarks.Micro;
using Keva.Benchmarks.Scenarios;
using Keva.Benchmarks.Servers;

namespace Keva.Benchmarks.CommandLine;

/// <summary>What <c>scripts/bench</c> can be asked for.</summary>
internal static class BenchCommand
{
    /// <summary>Run as the bare HTTP server that the benchmark starts beside the stores.</summary>
    public const string BareMode = "bare";

    private const string Etcd = "etcd";

    private static readonly Option<string?> Against = new("--against") { Description = "Measure 'etcd' too, turn and turn about." };
    private static readonly Option<double> Seconds = new("--seconds") { Description = "How long each measurement takes.", DefaultValueFactory = _ => 3 };
    private static readonly Option<int> Rounds = new("--rounds") { Description = "How often each is repeated; fewer than five tell nothing.", DefaultValueFactory = _ => 5 };
    private static readonly Option<string[]> Only = new("--only") { Description = "Only workloads of this name; * stands for anything. May be given several times." };
    private static readonly Option<FileInfo?> Json = new("--json") { Description = "Write all figures of all rounds to this file." };
    private static readonly Option<string> Directory = new("--directory")
    {
        Description = "Where the servers keep their data while they run: a directory on the disk to measure.",
        DefaultValueFactory = _ => Path.Combine(AppContext.BaseDirectory, "bench-data"),
    };

    private static readonly Option<bool> List = new("--list") { Description = "List the workloads and end." };
    private static readonly Option<bool> CheckGenerator = new("--check-generator") { Description = "Compare the load generator with wrk at a bare HTTP server." };
    private static readonly Option<string?> Micro = new("--micro")
    {
        Description = "Measure the parts of a node by themselves: all of them, or those whose names match.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    static BenchCommand()
    {
        Against.AcceptOnlyFromAmong(Etcd);
        Seconds.Validators.Add(result => Limit(result, result.GetValueOrDefault<double>(), 0.1, 3600));
        Rounds.Validators.Add(result => Limit(result, result.GetValueOrDefault<int>(), 1, 1000));
    }

    public static Task<int> RunAsync(string[] args)
    {
        if (args is [BareMode, var port])
        {
            return BareKestrelProgram.RunAsync(port);
        }

        var root = new RootCommand("Measures a cluster of Keva, and one of etcd beside it, on this machine. docs/PERFORMANCE.md tells how to read it.")
        {
            Against, Seconds, Rounds, Only, Json, Directory, List, CheckGenerator, Micro,
        };
        root.SetAction(RunAsync);

        // Time to stop the servers and remove their data after Ctrl-C.
        return root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
    }

    private static async Task<int> RunAsync(ParseResult result, CancellationToken cancellation)
    {
        if (result.GetResult(Micro) is { Implicit: false })
        {
            return MicroBenchmarks.Run(result.GetValue(Micro));
        }

        if (result.GetValue(List))
        {
            foreach (var (name, title) in BenchRun.Scenarios.SelectMany(scenario => scenario.Workloads))
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-26}{title}"));
            }

            return 0;
        }

        try
        {
            return await MeasureAsync(result, cancellation);
        }
        catch (Exception exception) when (exception is BenchmarkException or IOException)
        {
            Console.Error.WriteLine($"bench: {exception.Message}");
            return 1;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Console.Error.WriteLine("bench: stopped");
            return 1;
        }
    }

    private static async Task<int> MeasureAsync(ParseResult result, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new BenchmarkException("this benchmark takes its figures from /proc and needs Linux");
        }

        var options = new BenchOptions
        {
            Seconds = result.GetValue(Seconds),
            Rounds = result.GetValue(Rounds),
            Only = result.GetValue(Only) ?? [],
            IsAgainstEtcd = result.GetValue(Against) == Etcd && HasEtcd(),
            Directory = Path.GetFullPath(result.GetValue(Directory)!),
        };
        System.IO.Directory.CreateDirectory(options.Directory);
        SyncGuard.Verify(options.Directory);
        await using var generator = new GeneratorProcess();
        var context = new BenchContext(options, generator, cancellation);
        return result.GetValue(CheckGenerator)
            ? await GeneratorCheck.RunAsync(context)
            : await BenchRun.RunAsync(context, result.GetValue(Json));
    }

    private static void Limit(OptionResult result, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
        {
            result.AddError(FormattableString.Invariant($"{result.Option.Name} is from {least} to {most}"));
        }
    }

    private static bool HasEtcd()
    {
        if (EtcdCluster.Program is null)
        {
            Console.Error.WriteLine("There is no etcd on the PATH (on Debian: apt-get install etcd-server). Going on without it.");
        }

        return EtcdCluster.Program is not null;
    }
}
