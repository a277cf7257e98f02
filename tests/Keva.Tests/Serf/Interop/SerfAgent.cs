using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Keva.Tests.Serf.Interop;

/// <summary>A real agent, and its command line.</summary>
internal sealed class SerfAgent : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder log = new();
    private readonly string rpcAddress;

    private SerfAgent(string name, IPEndPoint address, string rpcAddress, string[] arguments)
    {
        Name = name;
        Address = address;
        this.rpcAddress = rpcAddress;
        process = Start(["agent", $"-node={name}", $"-bind={address}", $"-rpc-addr={rpcAddress}", "-log-level=debug", .. arguments]);
        process.OutputDataReceived += (_, line) => Log(line.Data);
        process.ErrorDataReceived += (_, line) => Log(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Name { get; }

    public IPEndPoint Address { get; }

    public bool HasExited => process.HasExited;

    public static async Task<SerfAgent> StartAsync(string name, params string[] arguments)
    {
        var agent = new SerfAgent(name, LoopbackPorts.Next(), LoopbackPorts.Next().ToString(), arguments);
        await Patience.UntilAsync(
            async () => (await agent.TryRunAsync("members")).ExitCode == 0, $"the agent {name} answers\n{agent.LogText()}", TimeSpan.FromSeconds(20));
        return agent;
    }

    /// <summary>Runs <c>serf</c> with the arguments, and expects that it succeeds.</summary>
    public async Task<string> RunAsync(string command, params string[] arguments)
    {
        var (exitCode, output) = await TryRunAsync(command, arguments);
        Assert.True(exitCode == 0, $"serf {command} {string.Join(' ', arguments)}: {output}\n{LogText()}");
        return output;
    }

    public async Task<(int ExitCode, string Output)> TryRunAsync(string command, params string[] arguments)
    {
        using var client = Start([command, $"-rpc-addr={rpcAddress}", .. arguments]);
        var output = client.StandardOutput.ReadToEndAsync();
        var errors = client.StandardError.ReadToEndAsync();
        await client.WaitForExitAsync();
        return (client.ExitCode, await output + await errors);
    }

    /// <summary>What the agent says of a member: status and tags; null if it knows none.</summary>
    public async Task<(string Status, Dictionary<string, string> Tags)?> MemberAsync(string name)
    {
        using var document = JsonDocument.Parse(await RunAsync("members", "-format=json"));
        foreach (var member in document.RootElement.GetProperty("members").EnumerateArray())
        {
            if (member.GetProperty("name").GetString() == name)
            {
                var tags = member.GetProperty("tags").EnumerateObject().ToDictionary(tag => tag.Name, tag => tag.Value.GetString()!);
                return (member.GetProperty("status").GetString()!, tags);
            }
        }

        return null;
    }

    public Task<TimeSpan> UntilSeesAsync(string name, string status, TimeSpan deadline) => Patience.UntilAsync(
        async () => (await MemberAsync(name))?.Status == status, $"{Name} sees {name} as {status}", deadline);

    public string LogText()
    {
        lock (log)
        {
            return log.ToString();
        }
    }

    public void Kill() => process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo("serf") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"serf {arguments[0]} did not start"));
    }

    private void Log(string? line)
    {
        lock (log)
        {
            log.AppendLine(line);
        }
    }
}
