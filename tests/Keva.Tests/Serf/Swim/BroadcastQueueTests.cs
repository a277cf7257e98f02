using Keva.Serf.Swim;

namespace Keva.Tests.Serf.Swim;

/// <summary>What is gossiped, in which order and how often.</summary>
public sealed class BroadcastQueueTests
{
    [Theory]
    [InlineData(1, 4)]
    [InlineData(9, 4)]
    [InlineData(10, 8)]
    [InlineData(99, 8)]
    [InlineData(100, 12)]
    public void A_message_is_sent_as_often_as_the_cluster_is_large(int nodes, int times)
    {
        var queue = new BroadcastQueue(retransmitMultiplier: 4, () => nodes);
        var hasFinished = false;
        queue.Add([1], onFinished: () => hasFinished = true);

        for (var i = 0; i < times; i++)
        {
            Assert.False(hasFinished);
            Assert.Single(queue.Take(overhead: 2, budget: 100, most: 10));
        }

        Assert.True(hasFinished);
        Assert.Empty(queue.Take(overhead: 2, budget: 100, most: 10));
    }

    [Fact]
    public void What_was_sent_least_goes_first_then_the_longest_then_the_newest()
    {
        var queue = new BroadcastQueue(retransmitMultiplier: 4, () => 1);
        queue.Add([1]);
        queue.Take(0, 100, 10);
        queue.Add([2]);
        queue.Add([3, 3]);
        queue.Add([4]);

        Assert.Equal([3, 4, 2, 1], queue.Take(0, 100, 10).Select(message => message[0]));
    }

    [Fact]
    public void What_does_not_fit_makes_room_for_what_does()
    {
        var queue = new BroadcastQueue(retransmitMultiplier: 4, () => 1);
        queue.Add(new byte[50]);
        queue.Add([1]);

        Assert.Equal([1], Assert.Single(queue.Take(overhead: 2, budget: 40, most: 10)));
        Assert.Equal(2, queue.Count);
    }

    [Fact]
    public void A_newer_message_about_a_subject_replaces_the_older()
    {
        var queue = new BroadcastQueue(retransmitMultiplier: 4, () => 1);
        var wasReplaced = false;
        queue.Add([1], "node", () => wasReplaced = true);
        queue.Add([2], "node");
        queue.Add([3], "other");

        Assert.True(wasReplaced);
        Assert.Equal([3, 2], queue.Take(0, 100, 10).Select(message => message[0]));
    }

    [Fact]
    public void A_queue_that_is_too_long_loses_what_was_sent_most()
    {
        var queue = new BroadcastQueue(retransmitMultiplier: 4, () => 1);
        queue.Add([1], "old");
        queue.Take(0, 100, 10);
        queue.Add([2]);

        queue.Prune(most: 1);
        queue.Add([3], "old");

        Assert.Equal([3, 2], queue.Take(0, 100, 10).Select(message => message[0]));
    }
}
