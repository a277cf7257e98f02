using Keva.Cli.Commands;
using Keva.Cli.Commands.Shell;
using Keva.Cluster.Tests.Harness;

namespace Keva.Cluster.Tests.CommandLine;

public sealed class ShellHistoryTests
{
    [Theory]
    [InlineData("cluster show", "cluster show")]
    [InlineData("kv set user/7 secret", "kv set user/7 ")]
    [InlineData("kv set 'a b' 'top secret'", "kv set 'a b' ")]
    [InlineData("keva kv set a secret --address http://127.0.0.1:3801", "kv set a ")]
    [InlineData("kv set --format json a secret", "kv set a ")]
    [InlineData("kv set", null)]
    [InlineData("kv get a", "kv get a")]
    [InlineData("keys -install secret", "keys ")]
    [InlineData("keys -list", "keys ")]
    [InlineData(" kv get a", null)]
    [InlineData("kv set a 'secret", null)]
    [InlineData("secret", null)]
    public void The_file_has_nothing_that_may_be_secret(string line, string? kept) =>
        Assert.Equal(kept, new ShellHistory(file: null, KevaCommands.CreateForShell()).Presentable(line));

    [Fact]
    public void Lines_are_there_in_the_next_shell_and_nobody_else_can_read_them()
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Path, "keva", "shell_history");
        var first = new ShellHistory(file, KevaCommands.CreateForShell());
        first.Add("cluster show");
        first.Add("cluster show");
        first.Add("kv set a secret");
        Assert.Equal(["cluster show", "kv set a secret"], first.Lines);

        Assert.Equal(["cluster show", "kv set a "], new ShellHistory(file, KevaCommands.CreateForShell()).Lines);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public void A_shell_without_a_place_for_its_history_works()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(Path.Combine(directory.Path, "keva"), "a file where a directory should be");

        var history = new ShellHistory(Path.Combine(directory.Path, "keva", "shell_history"), KevaCommands.CreateForShell());
        history.Add("cluster show");

        Assert.Equal(["cluster show"], history.Lines);
    }
}
