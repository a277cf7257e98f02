using System.Diagnostics;
using System.Globalization;
using Keva.Simulator.Runs;

var seeds = int.Parse(args[0], CultureInfo.InvariantCulture);
var first = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1;
var clock = Stopwatch.StartNew();
for (var seed = first; seed < first + seeds; seed++)
{
    var result = SeedRun.Run(seed, args.Length > 2 ? Console.WriteLine : null);
    Console.WriteLine($"{seed}: {result.Cluster.Counts.SimulatedTime} {result.Cluster.Counts.Steps} {result.Cluster.History.Served} {result.Cluster.History.Open} el {result.Cluster.Counts.Elections} {clock.ElapsedMilliseconds} ms {result.Failure}");
    foreach (var line in result.Trace) Console.WriteLine(line);
}
