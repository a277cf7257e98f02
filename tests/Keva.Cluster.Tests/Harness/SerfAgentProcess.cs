using System.Diagnostics;
using System.Globalization;

namespace Keva.Cluster.Tests.Harness;

/// <summary>A real Serf agent that joins a cluster, and its command line.</summary>
internal sealed class SerfAgentProcess : IAsyncDisposable
{
    private readonly Process agent;
    private readonly string control = Address();

    public SerfAgentProcess(string name, int joinPort, params string[] arguments)
    {
        Name = name;
        agent = Start(["agent", $"-node={name}", $"-bind={Address()}", $"-rpc-addr={control}", $"-join=127.0.0.1:{joinPort}", .. arguments]);
        _ = Task.WhenAll(agent.StandardOutput.ReadToEndAsync(), agent.StandardError.ReadToEndAsync()); // so that it never waits for a reader
    }

    public string Name { get; }

    /// <summary>Runs <c>serf</c> with the arguments against this agent.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(string command, params string[] arguments)
    {
        using var client = Start([command, $"-rpc-addr={control}", .. arguments]);
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        var errors = client.StandardError.ReadToEndAsync(deadline.Token);
        var output = await client.StandardOutput.ReadToEndAsync(deadline.Token);
        await errors;
        await client.WaitForExitAsync(deadline.Token);
        return (client.ExitCode, output);
    }

    public async Task KillAsync()
    {
        agent.Kill();
        await agent.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!agent.HasExited)
        {
            await KillAsync();
        }

        agent.Dispose();
    }

    private static string Address() => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePorts.Next()}");

    private static Process Start(IEnumerable<string> arguments) => Process.Start(new ProcessStartInfo("serf", arguments)
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
