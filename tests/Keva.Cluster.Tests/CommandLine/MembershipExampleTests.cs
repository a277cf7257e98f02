using Keva.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace Keva.Cluster.Tests.CommandLine;

/// <summary>The examples of commands that change who is a member, one after the other.</summary>
public sealed class MembershipExampleTests(ITestOutputHelper output)
{
    [FactOnLinux]
    public async Task They_work_one_after_the_other()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(output);
        using var place = new ExamplePlace(cluster);
        var victim = cluster["host3"];
        var run = new List<string>();
        await place.RunAsync("keva cluster transfer host1");
        await AllOfAsync("keva cluster transfer");
        await Examples.AssertPrintsJsonAsync(place, "keva cluster transfer host1 --format json");

        await AllOfAsync("keva cluster leave");
        await ComeBackAsync();
        await Examples.AssertPrintsJsonAsync(place, $"keva cluster leave --address {victim.Url} --yes --format json");
        await ComeBackAsync();
        await AllOfAsync("keva cluster remove");
        await ComeBackAsync();
        await Examples.AssertPrintsJsonAsync(place, "keva cluster remove host3 --yes --format json");
        await ComeBackAsync();

        await victim.KillAsync();
        await cluster["host1"].WaitForStatusAsync("host3", "failed");
        await AllOfAsync("keva cluster down");
        await AllOfAsync("keva cluster down-unreachable");
        await Examples.AssertPrintsJsonAsync(place, "keva cluster down-unreachable --format json");
        await AllOfAsync("keva force-leave");

        await Task.WhenAll(cluster["host1"].StopAsync(), cluster["host2"].StopAsync());
        foreach (var example in Examples.Of("keva cluster recover"))
        {
            await Examples.AssertPrintsJsonAsync(place, example + " --format json", exitCode: example.Contains("--yes", StringComparison.Ordinal) ? 0 : 2);
            run.Add(example);
        }

        Assert.Equal(Examples.Drastic.SelectMany(Examples.Of).Order(StringComparer.Ordinal), run.Order(StringComparer.Ordinal));

        async Task AllOfAsync(string path)
        {
            foreach (var example in Examples.Of(path))
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
}
