using Keva.Node.Gateway;
using Microsoft.Extensions.Logging;

namespace Keva.Cli.Hosting;

/// <summary>Logs how far a node is that has been started, until it is ready: joining may take minutes.</summary>
internal static class CatchUpReport
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(IKeyValueService store, ILogger logger, TimeProvider time, CancellationToken stop)
    {
        var began = time.GetTimestamp();
        var reported = "";
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                var view = store.View;
                if (view.IsReady)
                {
                    CliLog.Ready(logger, time.GetElapsedTime(began).TotalSeconds, view.LeaderMember?.Name ?? view.Leader.ToString(), view.AppliedIndex);
                    return;
                }

                // Until it is part of a cluster, the node says itself what it waits for.
                if (view is { ClusterId: not null, NotReadyReason: { } reason } && reason != reported)
                {
                    reported = reason;
                    CliLog.NotReadyYet(logger, reason);
                }
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // The node stops, ready or not.
        }
    }
}
