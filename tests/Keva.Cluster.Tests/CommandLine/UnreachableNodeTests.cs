using Keva.Cli;
using Keva.Cli.Commands.Shell;
using Keva.Cluster.Tests.Harness;

namespace Keva.Cluster.Tests.CommandLine;

/// <summary>What commands say when no node is where they look for one.</summary>
public sealed class UnreachableNodeTests
{
    [FactOnLinux]
    public async Task Each_command_says_on_one_line_which_address_was_tried()
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
}
