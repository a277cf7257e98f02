namespace Keva.Node.Telemetry.Warnings;

/// <summary>Knows one kind of trouble. Looks once a second; what it remembers is its own.</summary>
internal interface IWarningRule
{
    /// <summary>The stable name of the trouble.</summary>
    string Code { get; }

    /// <summary>What is wrong now; null if nothing is.</summary>
    Finding? Judge(VitalSigns signs);
}

/// <summary>Since when something has been so, without a break.</summary>
internal sealed class Persistence
{
    private TimeSpan? since;

    /// <summary>How long it has been so; zero if it is not.</summary>
    public TimeSpan Note(bool isSo, TimeSpan now)
    {
        since = isSo ? since ?? now : null;
        return since is { } start ? now - start : TimeSpan.Zero;
    }
}
