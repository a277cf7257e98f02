using Keva.Actors.Dispatch;
using Keva.Actors.Scheduling;

namespace Keva.Actors;

/// <summary>What a system is plugged into.</summary>
public sealed record ActorSystemOptions
{
    /// <summary>Runs the actors whose props name no other.</summary>
    public MessageDispatcher Dispatcher { get; init; } = ThreadPoolDispatcher.Instance;

    /// <summary>What <see cref="Props.WithDispatcher"/> may name.</summary>
    public IReadOnlyDictionary<string, MessageDispatcher> Dispatchers { get; init; } =
        new Dictionary<string, MessageDispatcher>(StringComparer.Ordinal) { [PinnedDispatcher.Id] = PinnedDispatcher.Instance };

    /// <summary>The clock that the system shows its actors, and that its timers go by unless <see cref="Scheduler"/> is given.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Waits for timers and time-outs; none makes one over <see cref="TimeProvider"/>. Is stopped with the system.</summary>
    public Scheduler? Scheduler { get; init; }

    /// <summary>
    /// Judges the actors directly under <c>/user</c>. What it escalates stops the system, with the failure as
    /// <see cref="ActorSystem.FailureCause"/>.
    /// </summary>
    public SupervisorStrategy GuardianSupervisorStrategy { get; init; } = SupervisorStrategy.DefaultStrategy;
}
