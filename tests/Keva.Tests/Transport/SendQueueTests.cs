using Keva.Actors.Dispatch;
using Keva.Node.Transport.Tcp;
using Keva.Raft;

namespace Keva.Tests.Transport;

/// <summary>What waits to be sent to a peer.</summary>
public sealed class SendQueueTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Who_waits_goes_on_after_the_turn_with_all_that_it_added()
    {
        var queue = new SendQueue();
        var taken = TakeAllAsync(queue);
        Begin(queue, frames: 3);
        queue.Complete();

        Assert.Equal([3], await taken.WaitAsync(Deadline));
        Assert.False(queue.TryAdd(Frame));
    }

    [Fact]
    public async Task What_was_added_before_anybody_waited_or_outside_of_a_turn_is_not_missed()
    {
        var queue = new SendQueue();
        queue.TryAdd(Frame);
        var taken = TakeAllAsync(queue);
        queue.TryAdd(Frame);
        queue.Complete();
        Assert.Equal(2, (await taken.WaitAsync(Deadline)).Sum());
    }

    [Fact]
    public async Task Nothing_is_lost_however_many_add_at_the_same_time()
    {
        const int Each = 20_000;
        var queue = new SendQueue();
        var taken = Task.Run(() => TakeAllAsync(queue));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Each / 2; i++)
            {
                queue.TryAdd(Frame);
                Begin(queue, frames: 1);
            }
        })));
        queue.Complete();
        Assert.Equal(4 * Each, (await taken.WaitAsync(Deadline)).Sum());
    }

    private static QueuedFrame Frame => new(GroupId.Zero, default);

    private static void Begin(SendQueue queue, int frames)
    {
        using (ThreadPoolDispatcher.BeginTurn())
        {
            for (var i = 0; i < frames; i++)
            {
                queue.TryAdd(Frame);
            }
        }
    }

    /// <summary>How many there were each time.</summary>
    private static async Task<List<int>> TakeAllAsync(SendQueue queue)
    {
        var batches = new List<int>();
        while (await queue.WaitAsync())
        {
            var count = 0;
            while (queue.TryTake(out _))
            {
                count++;
            }

            batches.Add(count);
        }

        return batches;
    }
}
