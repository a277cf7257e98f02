using Keva.Cluster.Tests.Harness;

namespace Keva.Cluster.Tests.CommandLine;

/// <summary>What bash offers when the key is pressed, by bash itself.</summary>
public sealed class BashCompletionTests
{
    [FactOnLinux]
    public async Task Bash_completes_commands_options_and_their_values()
    {
        using var directory = new TemporaryDirectory();
        directory.WriteFile("my.toml", "");
        (string Typed, string Offered)[] table =
        [
            ("keva cl", "cluster"),
            ("keva c", "cluster completion config"),
            ("keva cluster st", "status"),
            ("keva cluster down", "down down-unreachable"),
            ("keva cluster show --for", "--format"),
            ("keva cluster show --format ", "json table text"),
            ("keva cluster show --format=json -", "--address --format --help"),
            ("keva kv get greeting --st", "--stale"),
            ("keva kv get --address ", ""),
            ("keva completion ", "--help bash powershell zsh"),
            ("keva --config-file my", "my.toml"),
            ("keva start --config-file my.toml --node-id", "--node-identity"),
            ("keva nonsense", ""),
        ];
        var script = "eval \"$(keva completion bash)\"\n" + string.Concat(table.Select(row =>
            $"COMP_WORDS=({string.Join(' ', row.Typed.Split(' ').Select(word => $"'{word}'"))}); COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 )); _keva; echo $(printf '%s\\n' \"${{COMPREPLY[@]}}\" | LC_ALL=C sort)\n"));

        var result = await BashCommand.RunAsync(script, directory.Path, new Dictionary<string, string>());

        Assert.Equal("", result.Errors);
        Assert.Equal(
            table.Select(row => $"{row.Typed}: {row.Offered}"),
            result.Output[..^1].Split('\n').Zip(table, (offered, row) => $"{row.Typed}: {offered}"));
    }

    [FactOnLinux]
    public async Task Each_script_says_which_shell_it_is_for_and_another_shell_is_refused()
    {
        foreach (var shell in new[] { "bash", "zsh", "powershell" })
        {
            var script = await KevaProcess.RunAsync("completion", shell);
            Assert.Equal(0, script.ExitCode);
            Assert.Contains($"keva completion {shell}", script.Output, StringComparison.Ordinal);
            Assert.Contains("down-unreachable", script.Output, StringComparison.Ordinal);
        }

        var unknown = await KevaProcess.RunAsync("completion", "fish");
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("not for 'fish'", Assert.Single(unknown.ErrorLines), StringComparison.Ordinal);
    }
}
