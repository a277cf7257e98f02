using System.CommandLine;
using System.Security.Cryptography;
using Keva.Node.Offline;
using Keva.Node.Transport;

namespace Keva.Cli.Commands.Cluster;

/// <summary><c>keva cluster recover</c>: makes a cluster of one from a survivor, when a majority is lost for good.</summary>
internal static class ClusterRecoverCommand
{
    private const string Description = """
        Makes a cluster of one survivor, when a majority is lost for good. It has what the stopped node has on its disk.

        Without --yes it changes nothing, and shows what the node has and what may be lost. Stop the node first. Of several
        survivors take the one with the highest last term and, among those, the highest last index.

        Example:
          keva cluster recover --working-directory ./workdir1
          keva cluster recover --working-directory ./workdir1 --yes
        """;

    public static Command Create()
    {
        var directory = new Option<string>("--working-directory") { Description = "where the stopped node keeps its data", Required = true };
        var yes = new Option<bool>("--yes") { Description = "do it" };
        var format = new OutputFormatOption();
        var command = new Command("recover", Description) { directory, yes };
        format.AddTo(command);
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetRequiredValue(directory), parsed.GetValue(yes), format.Read(parsed)));
        return command;
    }

    private static async Task<int> RunAsync(string directory, bool isConfirmed, CommandOutput output)
    {
        if (string.IsNullOrWhiteSpace(directory))
        {
            Terminal.Error("--working-directory: the path is empty");
            return ExitCode.Usage;
        }

        try
        {
            using var node = await Progress.ShowAsync("reading the node's log and checkpoint", () => StoppedNode.OpenAsync(directory));
            var cluster = isConfirmed ? DrawClusterId() : ClusterId.None;
            if (isConfirmed)
            {
                await Progress.ShowAsync("making a cluster of one", () => node.RecoverAsync(cluster));
            }

            var report = new RecoveryReport(node.DirectoryPath, node.Survivor, cluster);
            output.Show(report.ToJson(), report.ToText());
        }
        catch (IOException exception)
        {
            Terminal.Error(exception.Message);
            return ExitCode.Failure;
        }

        if (!isConfirmed)
        {
            Terminal.Error("nothing was changed; to recover the cluster from this node, give the same command with --yes");
            return ExitCode.Usage;
        }

        return ExitCode.Ok;
    }

    private static ClusterId DrawClusterId()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        ulong value;
        do
        {
            RandomNumberGenerator.Fill(bytes);
            value = BitConverter.ToUInt64(bytes);
        }
        while (value == 0);
        return new ClusterId(value);
    }
}
