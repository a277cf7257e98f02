namespace Keva.Node.Configuration;

/// <summary><c>actors</c>: the actor runtime.</summary>
public sealed record ActorSettings
{
    /// <summary>Messages that an actor handles in one turn before another gets the thread. 1 to 10,000.</summary>
    public required int Throughput { get; init; }

    /// <summary>A graceful stop that takes longer than this becomes a hard one. 100 ms to 10 min.</summary>
    public required TimeSpan ShutdownTimeout { get; init; }

    internal static ActorSettings Bind(SettingsSection section) => new()
    {
        Throughput = (int)section.Count("throughput", 1, 10_000),
        ShutdownTimeout = section.Duration("shutdown-timeout", "100ms", "10m"),
    };
}
