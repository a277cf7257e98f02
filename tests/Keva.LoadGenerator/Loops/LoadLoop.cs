using System.Diagnostics;

namespace Keva.LoadGenerator.Loops;

/// <summary>One thread that drives its connections: each has exactly one request under way.</summary>
internal sealed class LoadLoop(LoadConnection[] connections) : IDisposable
{
    private const int WaitMilliseconds = 20;

    private readonly Epoll epoll = new();

    public LoadCounts Counts { get; } = new();

    /// <exception cref="System.Net.Sockets.SocketException">A server takes no connection.</exception>
    public void Connect()
    {
        for (var i = 0; i < connections.Length; i++)
        {
            connections[i].Attach(epoll, i, Counts);
            connections[i].Connect();
        }
    }

    public void Run(MeasuringWindow window)
    {
        foreach (var connection in connections)
        {
            connection.Begin(window, Stopwatch.GetTimestamp());
        }

        var lookAgain = 0L;
        while (true)
        {
            var ready = epoll.Wait(WaitMilliseconds);
            for (var i = 0; i < ready; i++)
            {
                connections[epoll.DataOf(i)].Proceed();
            }

            var now = Stopwatch.GetTimestamp();
            if (now >= window.End)
            {
                Array.ForEach(connections, connection => connection.End(now));
                return;
            }

            if (now >= lookAgain)
            {
                lookAgain = now + (Stopwatch.Frequency / 50);
                if (!Revive(now))
                {
                    return;
                }
            }
        }
    }

    public void Dispose()
    {
        foreach (var connection in connections)
        {
            connection.Dispose();
        }

        epoll.Dispose();
    }

    /// <summary>Looks after connections that nothing is heard of. False if none has anything left to do.</summary>
    private bool Revive(long now)
    {
        var isAnyBusy = false;
        foreach (var connection in connections)
        {
            connection.Revive(now);
            isAnyBusy |= !connection.IsDone;
        }

        return isAnyBusy;
    }
}
