using System.CommandLine;
using System.Text.Json;
using Keva.Cli;
using Keva.Cli.Commands.Shell;
using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests.CommandLine;

/// <summary>
/// Runs every example of every command's help, as it stands there but for addresses and directories, against real nodes; and
/// the first of each command that prints JSON again for that.
/// </summary>
public sealed class ExampleTests(ITestOutputHelper output)
{
    /// <summary>These run until they are stopped.</summary>
    private static readonly string[] Endless = ["keva", "keva start", "keva dev", "keva cluster tail", "keva monitor"];

    /// <summary>These change who is a member.</summary>
    private static readonly string[] Drastic =
    [
        "keva cluster leave", "keva cluster remove", "keva cluster down", "keva cluster down-unreachable", "keva cluster transfer",
        "keva cluster recover", "keva force-leave",
    ];

    /// <summary>All that there are, the key that others read first.</summary>
    private static IEnumerable<(Command Command, string Line)> Examples => HelpTests.All()
        .SelectMany(command => HelpText.ExamplesOf(command).Select(line => (command, line)))
        .OrderBy(example => HelpText.PathOf(example.command) switch { "keva kv set" => 0, "keva kv delete" => 2, _ => 1 });

    [FactOnLinux]
    public async Task Those_that_endanger_nothing_work_as_they_stand_and_their_JSON_can_be_read()
    {
        // Keys can be changed only where there is one.
        await using var cluster = await ClusterUnderTest.StartAsync(output, settings: ["gossip.encrypt-key=AAECAwQFBgcICQoLDA0ODw=="]);
        using var place = new ExamplePlace(cluster);
        await Eventually.BecomesTrueAsync(
            async () => (await place.RunAsync("keva rtt host2 host3")).ExitCode == 0, "the distances are known", pause: Eventually.BetweenPrograms);

        var withJson = new HashSet<Command>();
        foreach (var (command, line) in Examples.Where(example => Kind(example) is null))
        {
            var result = await place.RunAsync(line);
            Assert.True(result.ExitCode == 0, $"$ {line}\nexits with {result.ExitCode}: {result.Errors}");
            Assert.True(result.Errors.Length == 0, $"$ {line}\n{result.Errors}");
            if (HelpText.OptionsOf(command).Any(option => option.Name == "--format") && !line.Contains("format", StringComparison.Ordinal) && !line.Contains("keva kv delete", StringComparison.Ordinal) && withJson.Add(command))
            {
                await AssertPrintsJsonAsync(place, line + " --format json");
            }
            else if (line.Contains("format json", StringComparison.Ordinal))
            {
                AssertIsJson(line, result);
            }
        }

        await place.RunAsync("keva kv set greeting hello");
        await AssertPrintsJsonAsync(place, "keva kv delete greeting --format json");
    }

    [FactOnLinux]
    public async Task Those_that_change_the_members_work_one_after_the_other()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        using var place = new ExamplePlace(cluster);
        var victim = cluster["host3"];
        var run = new List<string>();
        await place.RunAsync("keva cluster transfer host1");
        await AllOfAsync("keva cluster transfer");
        await AssertPrintsJsonAsync(place, "keva cluster transfer host1 --format json");

        await AllOfAsync("keva cluster leave");
        await ComeBackAsync();
        await AssertPrintsJsonAsync(place, $"keva cluster leave --address {victim.Url} --yes --format json");
        await ComeBackAsync();
        await AllOfAsync("keva cluster remove");
        await ComeBackAsync();
        await AssertPrintsJsonAsync(place, "keva cluster remove host3 --yes --format json");
        await ComeBackAsync();

        await victim.KillAsync();
        await cluster["host1"].WaitForStatusAsync("host3", "failed");
        await AllOfAsync("keva cluster down");
        await AllOfAsync("keva cluster down-unreachable");
        await AssertPrintsJsonAsync(place, "keva cluster down-unreachable --format json");
        await AllOfAsync("keva force-leave");

        await Task.WhenAll(cluster["host1"].StopAsync(), cluster["host2"].StopAsync());
        foreach (var example in ExamplesOf("keva cluster recover"))
        {
            await AssertPrintsJsonAsync(place, example + " --format json", exitCode: example.Contains("--yes", StringComparison.Ordinal) ? 0 : 2);
            run.Add(example);
        }

        Assert.Equal(Drastic.SelectMany(ExamplesOf).Order(StringComparer.Ordinal), run.Order(StringComparer.Ordinal));

        async Task AllOfAsync(string path)
        {
            foreach (var example in ExamplesOf(path))
            {
                var result = await place.RunAsync(example);
                Assert.True(result.ExitCode == 0, $"$ {example}\nexits with {result.ExitCode}: {result.Errors}");
                run.Add(example);
            }
        }

        async Task ComeBackAsync()
        {
            await victim.Process.WaitForEndAsync();
            victim.Wipe();
            victim.Start();
            await cluster.Nodes.WaitForMembersAsync(cluster.Nodes, voters: 3);
        }
    }

    [FactOnLinux]
    public async Task Those_that_run_until_they_are_stopped_begin_well_and_end_well()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        using var place = new ExamplePlace(cluster);
        foreach (var (command, line) in Examples.Where(example => Kind(example) == Endless))
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

    [FactOnLinux]
    public async Task Without_a_node_each_says_on_one_line_which_address_was_tried()
    {
        var url = $"http://127.0.0.1:{FreePorts.Next()}";
        foreach (var command in HelpTests.All().Where(command => command.Action is not null && HelpText.OptionsOf(command).Any(option => option.Name == "--address") && command.Name != "shell"))
        {
            // The first example says what the command needs.
            var words = ShellWords.Part(HelpText.ExamplesOf(command)[0]).Words.Skip(1).TakeWhile(word => word != "--address").Select(word => word == "$(keva keygen)" ? "AAECAwQFBgcICQoLDA0ODw==" : word);

            var result = await KevaProcess.RunAsync([.. words, "--address", url]);

            Assert.Equal(1, result.ExitCode);
            Assert.Equal($"keva: no node answers at {url}/ (Connection refused); is it running, and is --address right?", Assert.Single(result.ErrorLines));
        }
    }

    private static string[]? Kind((Command Command, string Line) example)
    {
        var path = HelpText.PathOf(example.Command);
        return example.Line.Contains("--watch", StringComparison.Ordinal) || Endless.Contains(path, StringComparer.Ordinal) ? Endless : Drastic.Contains(path, StringComparer.Ordinal) ? Drastic : null;
    }

    private static IEnumerable<string> ExamplesOf(string path) =>
        Examples.Where(example => HelpText.PathOf(example.Command) == path).Select(example => example.Line);

    private static async Task AssertPrintsJsonAsync(ExamplePlace place, string line, int exitCode = 0)
    {
        var result = await place.RunAsync(line);
        Assert.True(result.ExitCode == exitCode, $"$ {line}\nexits with {result.ExitCode}: {result.Errors}");
        AssertIsJson(line, result);
    }

    private static void AssertIsJson(string line, ProgramResult result)
    {
        try
        {
            JsonDocument.Parse(result.Output).Dispose();
        }
        catch (JsonException exception)
        {
            Assert.Fail($"$ {line}\nprints what is no JSON ({exception.Message}):\n{result.Output}");
        }
    }
}
