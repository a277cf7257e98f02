using System.CommandLine;
using System.Text.Json;
using Keva.Cli;
using Keva.Cluster.Tests.Harness;

namespace Keva.Cluster.Tests.CommandLine;

/// <summary>Every example of every command's help, and what becomes of it.</summary>
internal static class Examples
{
    /// <summary>These run until they are stopped.</summary>
    public static readonly string[] Endless = ["keva", "keva start", "keva dev", "keva cluster tail", "keva monitor"];

    /// <summary>These change who is a member.</summary>
    public static readonly string[] Drastic =
    [
        "keva cluster leave", "keva cluster remove", "keva cluster down", "keva cluster down-unreachable", "keva cluster transfer",
        "keva cluster recover", "keva force-leave",
    ];

    /// <summary>All that there are, the key that others read first.</summary>
    public static IEnumerable<(Command Command, string Line)> All => HelpTests.All()
        .SelectMany(command => HelpText.ExamplesOf(command).Select(line => (command, line)))
        .OrderBy(example => HelpText.PathOf(example.command) switch { "keva kv set" => 0, "keva kv delete" => 2, _ => 1 });

    public static string[]? Kind((Command Command, string Line) example)
    {
        var path = HelpText.PathOf(example.Command);
        return example.Line.Contains("--watch", StringComparison.Ordinal) || Endless.Contains(path, StringComparer.Ordinal) ? Endless : Drastic.Contains(path, StringComparer.Ordinal) ? Drastic : null;
    }

    public static IEnumerable<string> Of(string path) =>
        All.Where(example => HelpText.PathOf(example.Command) == path).Select(example => example.Line);

    public static async Task AssertPrintsJsonAsync(ExamplePlace place, string line, int exitCode = 0)
    {
        var result = await place.RunAsync(line);
        Assert.True(result.ExitCode == exitCode, $"$ {line}\nexits with {result.ExitCode}: {result.Errors}");
        AssertIsJson(line, result);
    }

    public static void AssertIsJson(string line, ProgramResult result)
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
