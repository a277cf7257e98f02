namespace Keva.Actors;

/// <summary>What becomes of an actor that has failed.</summary>
public enum Directive
{
    /// <summary>Goes on as it is; only the message is lost.</summary>
    Resume,

    /// <summary>Goes on with a new instance; mailbox and ref stay.</summary>
    Restart,

    /// <summary>Its supervisor fails with the same cause; past the top the system stops.</summary>
    Escalate,

    /// <summary>Ends.</summary>
    Stop,
}

/// <summary>How a parent judges its failed children.</summary>
public abstract class SupervisorStrategy
{
    /// <summary>Stops what could not even start, restarts all else, without limit.</summary>
    public static SupervisorStrategy DefaultStrategy { get; } = new OneForOneStrategy(DefaultDecider);

    public static SupervisorStrategy StoppingStrategy { get; } = new OneForOneStrategy(_ => Directive.Stop);

    public static Directive DefaultDecider(Exception cause) =>
        cause is ActorInitializationException or DeathPactException ? Directive.Stop : Directive.Restart;

    /// <param name="cause">Why the child has failed.</param>
    /// <param name="history">Of this child; the strategy counts in it.</param>
    /// <param name="now">The system's monotonic time.</param>
    internal abstract Directive Decide(Exception cause, RestartHistory history, TimeSpan now);
}

/// <summary>Judges each child by itself: the siblings of a failed child go on.</summary>
public sealed class OneForOneStrategy : SupervisorStrategy
{
    private readonly int? _maxNrOfRetries;
    private readonly TimeSpan? _withinTimeRange;
    private readonly Func<Exception, Directive> _decider;

    public OneForOneStrategy(Func<Exception, Directive> localOnlyDecider)
        : this(maxNrOfRetries: null, withinTimeRange: null, localOnlyDecider)
    {
    }

    /// <param name="maxNrOfRetries">Restarts allowed; one more stops the child. None or negative: no limit.</param>
    /// <param name="withinTimeRange">The limit counts anew after this time. None: it counts for ever.</param>
    /// <param name="localOnlyDecider">Judges the cause.</param>
    public OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider)
    {
        ArgumentNullException.ThrowIfNull(localOnlyDecider);
        _maxNrOfRetries = maxNrOfRetries is < 0 ? null : maxNrOfRetries;
        _withinTimeRange = withinTimeRange;
        _decider = localOnlyDecider;
    }

    internal override Directive Decide(Exception cause, RestartHistory history, TimeSpan now)
    {
        var directive = _decider(cause);
        return directive == Directive.Restart && !history.TakeRestart(_maxNrOfRetries, _withinTimeRange, now) ? Directive.Stop : directive;
    }
}

/// <summary>How often a child has been restarted, in the present time range.</summary>
internal sealed class RestartHistory
{
    private int _restarts;
    private TimeSpan? _rangeBegan;

    public bool TakeRestart(int? limit, TimeSpan? range, TimeSpan now)
    {
        // A range without a limit means one restart in each range.
        if ((limit ?? (range is null ? null : 1)) is not { } allowed)
        {
            return true;
        }

        if (_rangeBegan is null || (range is { } length && now - _rangeBegan.Value > length))
        {
            _rangeBegan = now;
            _restarts = 0;
        }

        return ++_restarts <= allowed;
    }
}
