using Keva.Actors.Cells;

namespace Keva.Actors;

public static class Futures
{
    /// <summary>Tells <paramref name="message"/> and gives the first answer as a task.</summary>
    /// <param name="receiver">An actor of a system of this runtime.</param>
    /// <param name="message">The question.</param>
    /// <param name="timeout">Counted by the receiver's system. Always given: a dead receiver does not answer.</param>
    /// <param name="cancellationToken">Cancels the task; the receiver is not told.</param>
    /// <exception cref="AskTimeoutException">No answer came in time, or the system stopped before (in the task).</exception>
    /// <exception cref="ArgumentException">The answer is not a <typeparamref name="T"/> (in the task).</exception>
    /// <remarks>A <see cref="Status.Failure"/> as the answer fails the task with its cause. A late answer is a dead letter.</remarks>
    public static Task<T> Ask<T>(this ICanTell receiver, object message, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        if (receiver is not IInternalActorRef { System: { } system })
        {
            throw new ArgumentException($"{receiver} belongs to no actor system that could answer");
        }

        var answer = new AskRef<T>(system, timeout, receiver, message);
        answer.Start(cancellationToken);
        receiver.Tell(message, answer);
        return answer.Task;
    }

    /// <inheritdoc cref="Ask{T}"/>
    public static Task<object> Ask(this ICanTell receiver, object message, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        receiver.Ask<object>(message, timeout, cancellationToken);
}
