using System.Diagnostics;
using System.Text;

namespace Keva.Cluster.Tests.Harness;

/// <summary>A stock Serf agent on the loopback interface. Does not outlive its disposal.</summary>
internal sealed class SerfAgentUnderTest : IAsyncDisposable
{
    private readonly Process process;
    private readonly string rpcAddress;
    private readonly StringBuilder log = new();

    private SerfAgentUnderTest(string name, string[] arguments)
    {
        rpcAddress = $"127.0.0.1:{FreePorts.Next()}";
        process = Start(["agent", $"-node={name}", $"-bind=127.0.0.1:{FreePorts.Next()}", $"-rpc-addr={rpcAddress}", "-log-level=debug", .. arguments]);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Log
    {
        get
        {
            lock (log)
            {
                return log.ToString();
            }
        }
    }

    public static async Task<SerfAgentUnderTest> StartAsync(string name, params string[] arguments)
    {
        var agent = new SerfAgentUnderTest(name, arguments);
        await Eventually.BecomesTrueAsync(async () => (await agent.TryRunAsync("members")).ExitCode == 0, $"the agent {name} answers");
        return agent;
    }

    /// <summary>Runs a command of the program against the agent, and expects that it succeeds.</summary>
    public async Task<string> RunAsync(string command, params string[] arguments)
    {
        var (exitCode, output) = await TryRunAsync(command, arguments);
        Assert.True(exitCode == 0, $"serf {command} {string.Join(' ', arguments)}: {output}\n{Log}");
        return output;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        await process.WaitForExitAsync();
        process.Dispose();
    }

    private async Task<(int ExitCode, string Output)> TryRunAsync(string command, params string[] arguments)
    {
        using var client = Start([command, $"-rpc-addr={rpcAddress}", .. arguments]);
        var output = client.StandardOutput.ReadToEndAsync();
        var errors = client.StandardError.ReadToEndAsync();
        await client.WaitForExitAsync();
        return (client.ExitCode, await output + await errors);
    }

    private static Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo("serf") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private void Keep(string? line)
    {
        lock (log)
        {
            log.AppendLine(line);
        }
    }
}
