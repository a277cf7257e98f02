using Keva.Benchmarks.CommandLine;

return await BenchCommand.RunAsync(args);
