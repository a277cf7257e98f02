namespace Keva.Actors;

/// <summary>An actor that wants timers. <see cref="Timers"/> is there from <c>PreStart</c> on, not in the constructor.</summary>
public interface IWithTimers
{
    ITimerScheduler Timers { get; set; }
}

/// <summary>
/// The timers of one actor: each has a key, and sends its message to the actor itself, without a sender. All end with the
/// incarnation that has started them. To be used only in the actor's handlers.
/// </summary>
public interface ITimerScheduler
{
    /// <summary>Sends <paramref name="msg"/> once, after <paramref name="timeout"/>. Replaces the timer of the same key.</summary>
    void StartSingleTimer(object key, object msg, TimeSpan timeout);

    /// <inheritdoc cref="StartPeriodicTimer(object, object, TimeSpan, TimeSpan)"/>
    void StartPeriodicTimer(object key, object msg, TimeSpan interval);

    /// <summary>
    /// Sends <paramref name="msg"/> again and again. Replaces the timer of the same key. Beats that were missed, because
    /// the process or the actor was held up, are left out and not caught up with.
    /// </summary>
    void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval);

    bool IsTimerActive(object key);

    /// <summary>After this the timer's message does not come any more, even if it waits in the mailbox already.</summary>
    void Cancel(object key);

    /// <inheritdoc cref="Cancel"/>
    void CancelAll();
}
