using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using Keva.Node.Offline;
using Keva.Node.Transport;

namespace Keva.Cli.Commands;

/// <summary><c>keva cluster recover</c>: makes a cluster of one from a survivor, when a majority is lost for good.</summary>
internal static class ClusterRecoverCommand
{
    private const string Description = """
        Makes a cluster of one from what a stopped node has, when a majority of the members is lost for good.

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
        var format = OutputFormat.Option();
        var command = new Command("recover", Description) { directory, yes, format };
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetRequiredValue(directory), parsed.GetValue(yes), OutputFormat.IsJson(parsed.GetValue(format))));
        return command;
    }

    private static async Task<int> RunAsync(string directory, bool isConfirmed, bool isJson)
    {
        if (string.IsNullOrWhiteSpace(directory))
        {
            Terminal.Error("--working-directory: the path is empty");
            return ExitCode.Usage;
        }

        try
        {
            using var node = await StoppedNode.OpenAsync(directory);
            var cluster = isConfirmed ? DrawClusterId() : ClusterId.None;
            if (isConfirmed)
            {
                await node.RecoverAsync(cluster);
            }

            var report = new RecoveryReport(node.DirectoryPath, node.Survivor, cluster);
            Terminal.Line(isJson ? JsonSerializer.Serialize(report.ToJson(), CliJson.Options) : report.ToText());
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
