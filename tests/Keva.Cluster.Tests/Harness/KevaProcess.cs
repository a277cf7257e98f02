using System.Diagnostics;
using System.Text;

namespace Keva.Cluster.Tests.Harness;

/// <summary>What a run of the program left behind.</summary>
internal sealed record ProgramResult(int ExitCode, byte[] OutputBytes, string Errors)
{
    public string Output => Encoding.UTF8.GetString(OutputBytes);

    /// <summary>The lines that the program said on the standard error.</summary>
    public string[] ErrorLines => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>One run of the <c>keva</c> program under test. Does not outlive its disposal.</summary>
internal sealed class KevaProcess : IAsyncDisposable
{
    /// <summary>The one that KEVA_PROGRAM names, as made for servers; without that, the one beside the tests, from the same build.</summary>
    public static readonly string ProgramPath = Environment.GetEnvironmentVariable("KEVA_PROGRAM") ?? Path.Combine(AppContext.BaseDirectory, "keva");

    // If the tests are killed, their nodes end with them: see NodeProcess.StopWithInputVariable.
    private static readonly Dictionary<string, string> StopWithTests = new() { ["KEVA_STOP_WITH_INPUT"] = "1" };

    private readonly Process process;
    private readonly StringBuilder errors = new();
    private readonly MemoryStream output = new();
    private readonly Task copying;

    private KevaProcess(Process process)
    {
        this.process = process;
        copying = Task.WhenAll(CopyErrorsAsync(), CopyOutputAsync());
    }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    /// <summary>What it has used of the processors so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>What came on the standard error so far.</summary>
    public string Errors
    {
        get
        {
            lock (errors)
            {
                return errors.ToString();
            }
        }
    }

    /// <summary>What came on the standard output so far.</summary>
    public string Output
    {
        get
        {
            lock (output)
            {
                return Encoding.UTF8.GetString(output.ToArray());
            }
        }
    }

    /// <summary>Starts a program that runs until it is stopped.</summary>
    public static KevaProcess Start(IEnumerable<string> arguments, string? directory = null) =>
        Start(arguments, StopWithTests, directory);

    public static KevaProcess Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, string? directory)
    {
        var start = new ProcessStartInfo(ProgramPath)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? Path.GetTempPath(),
        };

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new KevaProcess(Process.Start(start)!);
    }

    /// <summary>Runs the program to its end.</summary>
    public static async Task<ProgramResult> RunAsync(
        IEnumerable<string> arguments, byte[]? input = null, IReadOnlyDictionary<string, string>? environment = null, string? directory = null)
    {
        await using var run = Start(arguments, environment ?? new Dictionary<string, string>(), directory);
        if (input is not null)
        {
            await run.process.StandardInput.BaseStream.WriteAsync(input);
        }

        run.process.StandardInput.Close();
        return await run.WaitForEndAsync();
    }

    public static Task<ProgramResult> RunAsync(params string[] arguments) => RunAsync((IEnumerable<string>)arguments);

    public void Send(UnixSignal signal) => process.Send(signal);

    /// <summary>Waits for the program to end by itself.</summary>
    public async Task<ProgramResult> WaitForEndAsync(TimeSpan? deadline = null)
    {
        using var limit = new CancellationTokenSource(deadline ?? Eventually.Deadline);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            await copying.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException exception)
        {
            throw new TimeoutException($"keva did not end in time; it said: {Errors}", exception);
        }

        return new ProgramResult(process.ExitCode, output.ToArray(), Errors);
    }

    /// <summary>Kills the program as <c>kill -9</c> does, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await KillAsync();
        }

        process.Dispose();
    }

    private async Task CopyErrorsAsync()
    {
        var buffer = new char[4096];
        int count;
        while ((count = await process.StandardError.ReadAsync(buffer)) > 0)
        {
            lock (errors)
            {
                errors.Append(buffer, 0, count);
            }
        }
    }

    private async Task CopyOutputAsync()
    {
        var buffer = new byte[4096];
        int count;
        while ((count = await process.StandardOutput.BaseStream.ReadAsync(buffer)) > 0)
        {
            lock (output)
            {
                output.Write(buffer, 0, count);
            }
        }
    }
}
