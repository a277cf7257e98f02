using Microsoft.Extensions.Logging;

namespace Keva.Node.Hosting;

/// <summary>
/// Says which connections were rejected and why, each reason once a minute: a node that was refused tries again and
/// again, and who floods the port must not flood the log. Thread-safe.
/// </summary>
internal sealed class RejectionLog(ILogger logger, TimeProvider clock)
{
    private const int MaxReasons = 10;
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly HashSet<string> said = new(StringComparer.Ordinal);
    private long periodBegan = clock.GetTimestamp();
    private int unsaid;

    public void Add(string remoteEndPoint, string reason)
    {
        int before;
        lock (gate)
        {
            before = TakeUnsaidOfLastPeriod();
            if (said.Count >= MaxReasons || !said.Add(reason))
            {
                unsaid++;
                return;
            }
        }

        if (before > 0)
        {
            NodeLog.ConnectionsRejected(logger, before);
        }

        NodeLog.ConnectionRejected(logger, remoteEndPoint, reason);
    }

    // The first of a new period is always said, so what is taken here is said with it.
    private int TakeUnsaidOfLastPeriod()
    {
        var now = clock.GetTimestamp();
        if (clock.GetElapsedTime(periodBegan, now) < Period)
        {
            return 0;
        }

        periodBegan = now;
        said.Clear();
        var taken = unsaid;
        unsaid = 0;
        return taken;
    }
}
