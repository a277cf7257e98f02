using System.CommandLine;
using Keva.Cli;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests.CommandLine;

/// <summary>
/// Runs the examples of the commands' help, as they stand there but for addresses and directories, against real nodes; and
/// the first of each command that prints JSON again for that. Not here: those that
/// <see cref="MembershipExampleTests">change the members</see> and those that <see cref="EndlessExampleTests">do not end</see>.
/// </summary>
public sealed class ExampleTests(ITestOutputHelper output)
{
    [FactOnLinux]
    public async Task Those_that_endanger_nothing_work_as_they_stand_and_their_JSON_can_be_read()
    {
        // Keys can be changed only where there is one.
        await using var cluster = await ClusterUnderTest.StartAsync(output, settings: ["gossip.encrypt-key=AAECAwQFBgcICQoLDA0ODw=="]);
        using var place = new ExamplePlace(cluster);
        await Eventually.BecomesTrueAsync(
            async () => (await place.RunAsync("keva rtt host2 host3")).ExitCode == 0, "the distances are known", pause: Eventually.BetweenPrograms);

        var withJson = new HashSet<Command>();
        foreach (var (command, line) in Examples.All.Where(example => Examples.Kind(example) is null))
        {
            var result = await place.RunAsync(line);
            Assert.True(result.ExitCode == 0, $"$ {line}\nexits with {result.ExitCode}: {result.Errors}");
            Assert.True(result.Errors.Length == 0, $"$ {line}\n{result.Errors}");
            if (HelpText.OptionsOf(command).Any(option => option.Name == "--format") && !line.Contains("format", StringComparison.Ordinal) && !line.Contains("keva kv delete", StringComparison.Ordinal) && withJson.Add(command))
            {
                await Examples.AssertPrintsJsonAsync(place, line + " --format json");
            }
            else if (line.Contains("format json", StringComparison.Ordinal))
            {
                Examples.AssertIsJson(line, result);
            }
        }

        await place.RunAsync("keva kv set greeting hello");
        await Examples.AssertPrintsJsonAsync(place, "keva kv delete greeting --format json");
    }
}
