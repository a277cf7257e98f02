using Keva.Cli;
using Keva.Cli.Commands.Shell;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests.CommandLine;

/// <summary>The examples of commands that run until they are stopped.</summary>
public sealed class EndlessExampleTests(ITestOutputHelper output)
{
    [FactOnLinux]
    public async Task They_begin_well_and_end_well_when_they_are_stopped()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        using var place = new ExamplePlace(cluster);
        foreach (var (command, line) in Examples.All.Where(example => Examples.Kind(example) == Examples.Endless))
        {
            var words = ShellWords.Part(place.WithOwnAddresses(line, HelpText.PathOf(command))).Words.TakeWhile(word => word != ">").Skip(1);
            output.WriteLine($"$ {line}");
            await using var process = KevaProcess.Start(words, place.Environment, place.NewDirectory());
            var sign = HelpText.PathOf(command) switch
            {
                "keva cluster tail" => "following",
                "keva cluster status" => "survives",
                "keva monitor" => null,
                _ when line.Contains(" dev", StringComparison.Ordinal) => "Ctrl-C stops all nodes",
                _ => "Serving keys on",
            };
            await Eventually.BecomesTrueAsync(
                () => process.HasExited
                    ? throw new InvalidOperationException($"$ {line}\nended: {process.Errors}")
                    : sign is null || (process.Output + process.Errors).Contains(sign, StringComparison.Ordinal),
                $"'{line}' has begun");
            if (sign is not null)
            {
                process.Send(UnixSignal.Interrupt);

                // On a busy machine several nodes take their time, and 'dev' says which does not end.
                var end = await process.WaitForEndAsync(2 * Eventually.Deadline);
                Assert.True(end.ExitCode == 0, $"$ {line}\nexits with {end.ExitCode}: {end.Errors}");
            }
        }
    }
}
