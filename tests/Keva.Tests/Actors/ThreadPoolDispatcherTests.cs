using Keva.Actors;

namespace Keva.Tests.Actors;

/// <summary>On which thread, and before what else, an actor runs that another one has just told something.</summary>
public sealed class ThreadPoolDispatcherTests
{
    [Fact]
    public void A_chain_of_messages_stays_on_one_thread()
    {
        using var harness = new ActorHarness(Dispatch.ThreadPool);
        var threads = new List<int>();
        var end = new TaskCompletionSource();
        var third = harness.Puppet((_, _) => Note(end.SetResult));
        var second = harness.Puppet((_, message) => Note(() => third.Tell(message)));
        var first = harness.Puppet((_, message) => Note(() => second.Tell(message)));

        first.Tell("go");

        harness.Wait(end.Task);
        Assert.Equal(3, threads.Count);
        Assert.Single(threads.Distinct());

        void Note(Action then)
        {
            threads.Add(Environment.CurrentManagedThreadId);
            then();
        }
    }

    [Fact]
    public void Who_was_told_something_does_not_wait_for_a_turn_that_goes_on_with_other_messages()
    {
        using var harness = new ActorHarness(Dispatch.ThreadPool);
        using var queued = new ManualResetEventSlim();
        using var told = new ManualResetEventSlim();
        var end = new TaskCompletionSource<bool>();
        var second = harness.Puppet((_, _) => told.Set());
        var first = harness.Puppet((_, message) =>
        {
            if (message is "tell")
            {
                queued.Wait(ActorHarness.Deadline);
                second.Tell("go");
            }
            else
            {
                end.SetResult(told.Wait(ActorHarness.Deadline));
            }
        });

        first.Tell("tell");
        first.Tell("and go on");
        queued.Set();

        Assert.True(harness.Wait(end.Task), "the second actor ran while the first went on");
    }

    [Fact]
    public void Of_several_that_were_told_something_none_waits_for_another()
    {
        using var harness = new ActorHarness(Dispatch.ThreadPool);
        using var meeting = new Barrier(2);
        var met = new TaskCompletionSource[] { new(), new() };
        var others = met.Select(one => harness.Puppet((_, _) =>
        {
            if (meeting.SignalAndWait(ActorHarness.Deadline))
            {
                one.SetResult();
            }
        })).ToArray();
        var first = harness.Puppet((_, message) => Array.ForEach(others, other => other.Tell(message)));

        first.Tell("meet");

        harness.Wait(Task.WhenAll(met.Select(one => one.Task)));
    }

    [Fact]
    public void Two_that_tell_each_other_without_end_leave_the_thread_to_others()
    {
        using var harness = new ActorHarness(Dispatch.ThreadPool);
        var stop = false;
        var players = new IActorRef[2 * Environment.ProcessorCount];
        for (var i = 0; i < players.Length; i++)
        {
            var partner = i ^ 1;
            players[i] = harness.Puppet((_, message) =>
            {
                if (!Volatile.Read(ref stop))
                {
                    players[partner].Tell(message);
                }
            });
        }

        Array.ForEach(players, player => player.Tell("ball"));
        var done = new TaskCompletionSource();
        harness.Puppet((_, _) => done.SetResult()).Tell("run");

        harness.Wait(done.Task);
        Volatile.Write(ref stop, true);
    }
}
