using System.Diagnostics;
using System.Text.RegularExpressions;
using Keva.Node.Gateway.Http;
using Keva.Node.Gateway.Http.Gossip;

namespace Keva.Tests.Gateway;

/// <summary>Runs the command lines of docs/HTTP.md and compares what they print. "…" there stands for anything.</summary>
public sealed class HttpDocumentTests
{
    [CurlFact]
    public async Task The_examples_of_the_HTTP_page_print_what_it_says()
    {
        var events = new ScriptedClusterEvents();
        events.Events.Complete();
        await using var leader = await TestGateway.StartAsync(
            moreRoutes: [.. GossipRoutes.Of(new ScriptedGossipService()), new ClusterEventsEndpoint(events).Route]);
        await using var follower = await TestGateway.StartAsync();
        var addresses = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["127.0.0.1:3800"] = $"127.0.0.1:{leader.Port}",
            ["127.0.0.1:3801"] = $"127.0.0.1:{follower.Port}",
        };
        leader.Service.View = Views.Leading("host1", addresses["127.0.0.1:3800"]);
        follower.Service.View = leader.Service.View;
        follower.Service.IsFollower = true;
        var examples = Examples(await File.ReadAllTextAsync(Path.Combine(RepositoryRoot(), "docs", "HTTP.md"))).ToList();
        Assert.True(examples.Count > 20, "the page has examples");

        foreach (var (command, expected) in examples)
        {
            // The page shows what a person sees; -s only silences the progress meter, which a terminal would not mix in.
            var printed = await RunAsync(Localize(command.Replace("curl ", "curl -s ", StringComparison.Ordinal), addresses));

            var pattern = "^" + Regex.Escape(Localize(expected, addresses)).Replace("…", ".*", StringComparison.Ordinal) + "$";
            Assert.True(
                Regex.IsMatch(printed, pattern, RegexOptions.None, TimeSpan.FromSeconds(1)),
                $"$ {command}\nexpected:\n{expected}\nprinted:\n{printed}");
        }
    }

    private static IEnumerable<(string Command, string Expected)> Examples(string page)
    {
        foreach (var block in page.Split("```console\n").Skip(1))
        {
            var text = block[..block.IndexOf("```", StringComparison.Ordinal)];
            foreach (var example in $"\n{text}".Split("\n$ ").Skip(1))
            {
                var command = example[..example.IndexOf('\n', StringComparison.Ordinal)];
                yield return (command, example[command.Length..].Trim());
            }
        }
    }

    private static string Localize(string text, IReadOnlyDictionary<string, string> addresses) =>
        addresses.Aggregate(text, (changed, pair) => changed.Replace(pair.Key, pair.Value, StringComparison.Ordinal));

    private static async Task<string> RunAsync(string command)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["no_proxy"] = "*";
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var printed = await process.StandardOutput.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        return printed.ReplaceLineEndings("\n").Trim();
    }

    private static string RepositoryRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Keva.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("the tests run outside of the repository");
        }

        return directory.FullName;
    }
}

/// <summary>Skipped, with the reason, where there is no curl that knows <c>%header{}</c> (7.84).</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CurlFactAttribute : FactAttribute
{
    public CurlFactAttribute()
    {
        Skip = FindCurl() is { } version && version >= new Version(7, 84) ? null : "needs curl 7.84 or newer";
    }

    private static Version? FindCurl()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("curl", ["--version"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
            var words = process.StandardOutput.ReadToEnd().Split(' ');
            return words.Length > 1 && Version.TryParse(words[1], out var version) ? version : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
