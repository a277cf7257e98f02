using System.Runtime.InteropServices;
using Keva.Journal.Directories;
using Keva.Node.Configuration;
using Keva.Node.Hosting;
using Microsoft.Extensions.Logging;

namespace Keva.Cli.Hosting;

/// <summary>A node as the whole of a process: logs to the standard error, signals, exit code.</summary>
internal static class NodeProcess
{
    /// <summary>
    /// Set by a parent that holds this process's standard input open: when it closes, however the parent ended, the node
    /// stops.
    /// </summary>
    public const string StopWithInputVariable = "KEVA_STOP_WITH_INPUT";

    public static async Task<int> RunAsync(NodeSettings settings, CancellationToken cancellation)
    {
        SocketThreads.AnswerOnTheirOwn();
        using var loggers = CreateLoggers(settings);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        if (Environment.GetEnvironmentVariable(StopWithInputVariable) is not null)
        {
            StopWithInput(stop);
        }

        await using var node = new KevaNode(settings, loggers);
        try
        {
            await node.StartAsync(stop.Token);
        }
        catch (Exception exception) when (exception is IOException or WorkingDirectoryException)
        {
            Terminal.Error(exception.Message);
            return ExitCode.Failure;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Ok;
        }

        _ = CatchUpReport.RunAsync(node.Store, loggers.CreateLogger("Keva"), TimeProvider.System, stop.Token);
        var stopRequested = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Token.Register(() => stopRequested.TrySetResult());
        if (await Task.WhenAny(node.Ended, stopRequested.Task) == node.Ended && await node.Ended is { } cause)
        {
            Terminal.Error(cause.Message);
            return ExitCode.Failure;
        }

        await node.StopAsync(CancellationToken.None);
        return ExitCode.Ok;

        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            if (stop.IsCancellationRequested)
            {
                // The second signal: whoever sent it does not want to wait. Everything acknowledged is on disk.
                Environment.Exit(ExitCode.Failure);
            }

            stop.Cancel();
        }
    }

    private static void StopWithInput(CancellationTokenSource stop)
    {
        var thread = new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            while (input.ReadByte() >= 0)
            {
            }

            try
            {
                stop.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The node has stopped already.
            }
        })
        {
            IsBackground = true,
            Name = "keva input watch",
        };
        thread.Start();
    }

    private static ILoggerFactory CreateLoggers(NodeSettings settings) => LoggerFactory.Create(builder =>
    {
        builder.SetMinimumLevel(LogLevel.Information);
        builder.AddFilter("Microsoft", LogLevel.Warning);
        if (settings.Logging.Format == LogFormat.Json)
        {
            builder.AddJsonConsole(console => console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ");
        }
        else
        {
            builder.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "yyyy-MM-dd HH:mm:ss.fff ";
            });
        }

        builder.AddKevaOtlp(settings);
        builder.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    });
}
