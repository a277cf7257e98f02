using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Keva.Actors.Dispatch;
using Keva.Node.Transport.Codec;
using Keva.Node.Transport.Framing;
using Keva.Raft;

namespace Keva.Node.Transport.Tcp;

/// <summary>A frame of a group.</summary>
internal readonly record struct QueuedFrame(GroupId Group, OutgoingFrame Frame);

/// <summary>
/// Frames that wait to be sent: many add, one takes. Whoever waits for frames goes on after the turn of the actor that added
/// one, on its thread: so all that the turn added goes out together, and no other thread has to wake up for it.
/// </summary>
internal sealed class SendQueue : IValueTaskSource, IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Waiting = 1;
    private const int Signalled = 2;

    private readonly ConcurrentQueue<QueuedFrame> frames = new();
    private ManualResetValueTaskSourceCore<bool> waiter;
    private int state;
    private volatile bool isComplete;

    /// <summary>False once it is complete.</summary>
    public bool TryAdd(QueuedFrame frame)
    {
        if (isComplete)
        {
            return false;
        }

        frames.Enqueue(frame);
        Signal();
        return true;
    }

    public bool TryTake(out QueuedFrame frame) => frames.TryDequeue(out frame);

    /// <summary>Waits for a frame; false if it is complete and no more are there. One waits at a time.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> WaitAsync()
    {
        while (frames.IsEmpty)
        {
            if (isComplete)
            {
                return false;
            }

            await SignalAsync();
        }

        return true;
    }

    /// <summary>Takes no more frames.</summary>
    public void Complete()
    {
        isComplete = true;
        Signal();
    }

    void IThreadPoolWorkItem.Execute() => waiter.SetResult(true);

    void IValueTaskSource.GetResult(short token) => waiter.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => waiter.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? argument, short token, ValueTaskSourceOnCompletedFlags flags) =>
        waiter.OnCompleted(continuation, argument, token, flags);

    private void Signal()
    {
        if (Interlocked.Exchange(ref state, Signalled) == Waiting)
        {
            // A signal that comes between is about a frame that the waiter will find.
            Volatile.Write(ref state, Idle);
            ThreadPoolDispatcher.Continue(this);
        }
    }

    /// <summary>Until the next signal, or not at all if there was one since the last time.</summary>
    private ValueTask SignalAsync()
    {
        waiter.Reset();
        if (Interlocked.CompareExchange(ref state, Waiting, Idle) == Idle)
        {
            return new ValueTask(this, waiter.Version);
        }

        Volatile.Write(ref state, Idle);
        return ValueTask.CompletedTask;
    }
}
