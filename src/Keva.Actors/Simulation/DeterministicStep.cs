namespace Keva.Actors.Simulation;

/// <summary>One turn of a simulation.</summary>
/// <param name="Number">Counts from 1.</param>
/// <param name="Time">The virtual time.</param>
/// <param name="Host">Where it happened; none for what the simulation itself has scheduled.</param>
/// <param name="Actor">Whose turn it was; none if it was no actor's.</param>
/// <param name="Message">What the actor handled; some are the runtime's own.</param>
public readonly record struct DeterministicStep(long Number, TimeSpan Time, DeterministicHost? Host, ActorPath? Actor, object? Message)
{
    public override string ToString() =>
        Actor is null ? $"{Number} {Time} (scheduled)" : $"{Number} {Time} {Host?.Name}{Actor.ToStringWithoutAddress()} {Message}";
}
