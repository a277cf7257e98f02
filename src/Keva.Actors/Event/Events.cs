namespace Keva.Actors.Event;

/// <summary>A message that had nowhere to go: its receiver has ended, or never was.</summary>
public sealed record DeadLetter(object Message, IActorRef Sender, IActorRef Recipient);

/// <summary>A message that its receiver has no handler for.</summary>
public sealed record UnhandledMessage(object Message, IActorRef Sender, IActorRef Recipient);

/// <summary>Something has failed; a host writes these to its log.</summary>
/// <param name="Cause">What was thrown.</param>
/// <param name="LogSource">The path of the actor, or the part of the runtime.</param>
/// <param name="Message">What follows from it.</param>
public sealed record Error(Exception Cause, string LogSource, string Message);
