using System.Collections.Concurrent;
using Keva.Actors;
using Keva.Actors.Event;

namespace Keva.Tests.Actors;

/// <summary>What threads could break: order, loss and doubling under many senders, and while actors come and go.</summary>
public sealed class StressTests
{
    [Theory]
    [InlineData(Dispatch.ThreadPool)]
    [InlineData(Dispatch.Pinned)]
    public void Many_senders_lose_nothing_and_each_keeps_its_order(Dispatch dispatch)
    {
        const int Senders = 8;
        const int Messages = 50_000;
        using var harness = new ActorHarness(dispatch);
        var done = new TaskCompletionSource();
        var next = new int[Senders];
        var total = 0;
        var receiver = harness.Puppet((_, message) =>
        {
            var (sender, number) = ((int, int))message;
            if (next[sender]++ != number)
            {
                done.TrySetException(new InvalidOperationException($"{number} of sender {sender} came at place {next[sender] - 1}"));
            }

            if (++total == Senders * Messages)
            {
                done.TrySetResult();
            }
        });

        Parallel(Senders, sender =>
        {
            for (var number = 0; number < Messages; number++)
            {
                receiver.Tell((sender, number));
            }
        });

        harness.Wait(done.Task);
    }

    [Fact]
    public async Task Every_question_of_many_at_once_gets_its_own_answer()
    {
        using var harness = new ActorHarness(Dispatch.ThreadPool);
        var echo = harness.Puppet((self, message) => self.From.Tell(message));

        var answers = await Task.WhenAll(Enumerable.Range(0, 20_000).Select(number => echo.Ask<int>(number, TimeSpan.FromSeconds(30))));

        Assert.Equal(Enumerable.Range(0, 20_000), answers);
    }

    [Theory]
    [InlineData(Dispatch.ThreadPool)]
    [InlineData(Dispatch.Pinned)]
    public void Each_message_to_an_actor_that_is_stopped_meanwhile_is_handled_or_a_dead_letter(Dispatch dispatch)
    {
        const int Rounds = 60;
        const int Messages = 500;
        using var harness = new ActorHarness(dispatch);
        var outcomes = new ConcurrentDictionary<(int, int), int>();
        using var letters = harness.System.EventStream.Subscribe<DeadLetter>(letter =>
            outcomes.AddOrUpdate(((int, int))letter.Message, 1, (_, count) => count + 1));
        for (var round = 0; round < Rounds; round++)
        {
            var name = round;
            var actor = harness.Puppet((_, message) => outcomes.AddOrUpdate(((int, int))message, 1, (_, count) => count + 1));
            Parallel(2, side =>
            {
                for (var number = 0; number < Messages; number++)
                {
                    if (side == 0)
                    {
                        actor.Tell((name, number));
                    }
                    else if (number == Messages / 4)
                    {
                        harness.System.Stop(actor);
                    }
                    else
                    {
                        Thread.SpinWait(5);
                    }
                }
            });
        }

        harness.WaitUntil(() => outcomes.Count == Rounds * Messages);
        Assert.All(outcomes.Values, count => Assert.Equal(1, count));
    }

    [Fact]
    public void Failing_actors_under_load_lose_only_the_messages_that_failed()
    {
        const int Messages = 20_000;
        using var harness = new ActorHarness(Dispatch.ThreadPool);
        var handled = new ConcurrentQueue<int>();
        var done = new TaskCompletionSource();
        var actor = harness.Puppet((_, message) =>
        {
            var number = (int)message;
            if (number % 100 == 99)
            {
                throw new InvalidOperationException();
            }

            handled.Enqueue(number);
            if (number == Messages - 2)
            {
                done.SetResult();
            }
        });

        for (var number = 0; number < Messages; number++)
        {
            actor.Tell(number);
        }

        harness.Wait(done.Task);
        Assert.Equal(Enumerable.Range(0, Messages).Where(number => number % 100 != 99), handled);
    }

    private static void Parallel(int count, Action<int> work)
    {
        var threads = Enumerable.Range(0, count).Select(number => new Thread(() => work(number))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }
}
