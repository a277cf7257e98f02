using Keva.Actors;
using Keva.Actors.Dispatch;

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
    public void Who_was_told_something_does_not_wait_for_a_turn_that_goes_on_with_many_other_messages()
    {
        using var harness = new ActorHarness(Dispatch.ThreadPool);
        using var queued = new ManualResetEventSlim();
        using var told = new ManualResetEventSlim();
        var end = new TaskCompletionSource<bool>();
        var second = harness.Puppet((_, _) => told.Set());
        var first = harness.Puppet((_, message) =>
        {
            switch (message)
            {
                case "tell":
                    queued.Wait(ActorHarness.Deadline);
                    second.Tell("go");
                    break;
                case "go on for long":
                    end.SetResult(told.Wait(ActorHarness.Deadline));
                    break;
            }
        });

        first.Tell("tell");
        first.Tell("and go on");
        first.Tell("go on for long");
        queued.Set();

        Assert.True(harness.Wait(end.Task), "the second actor ran while the first went on");
    }

    [Fact]
    public void Of_many_that_were_told_something_some_run_on_other_threads()
    {
        using var harness = new ActorHarness(Dispatch.ThreadPool);
        using var meeting = new Barrier(2);
        var met = new TaskCompletionSource();
        var others = Enumerable.Range(0, 8).Select(_ => harness.Puppet((_, message) =>
        {
            if (message is "meet" && meeting.SignalAndWait(ActorHarness.Deadline))
            {
                met.TrySetResult();
            }
        })).ToArray();
        var first = harness.Puppet((_, _) =>
        {
            // The first stays with this thread, the last is one too many for it.
            others[0].Tell("meet");
            Array.ForEach(others[1..^1], other => other.Tell("pass"));
            others[^1].Tell("meet");
        });

        first.Tell("go");

        harness.Wait(met.Task);
    }

    [Fact]
    public void Who_brings_a_message_runs_whom_it_is_for()
    {
        using var harness = new ActorHarness(Dispatch.ThreadPool);
        var thread = 0;
        var ran = new CountdownEvent(1);
        var second = harness.Puppet((_, _) =>
        {
            thread = Environment.CurrentManagedThreadId;
            ran.Signal();
        });
        var first = harness.Puppet((_, message) => second.Tell(message));

        // The first times another thread may still be busy with having made the actors.
        Assert.True(SpinWait.SpinUntil(RunsHere, ActorHarness.Deadline), "the actors run on the thread that brings a message");

        bool RunsHere()
        {
            ran.Reset();
            using (ThreadPoolDispatcher.BeginTurn())
            {
                // One inside another ends with the outer one.
                using (ThreadPoolDispatcher.BeginTurn())
                {
                    first.Tell("news");
                }
            }

            ran.Wait();
            return thread == Environment.CurrentManagedThreadId;
        }
    }

    [Fact]
    public void Other_work_is_done_after_the_turn_that_asked_for_it_and_by_the_pool_outside_of_one()
    {
        using var done = new ManualResetEventSlim();
        var thread = 0;
        var work = new Work(() =>
        {
            thread = Environment.CurrentManagedThreadId;
            done.Set();
        });

        using (ThreadPoolDispatcher.BeginTurn())
        {
            ThreadPoolDispatcher.Continue(work);
            Assert.False(done.IsSet);
        }

        Assert.Equal(Environment.CurrentManagedThreadId, thread);
        done.Reset();
        ThreadPoolDispatcher.Continue(work);
        Assert.True(done.Wait(ActorHarness.Deadline));
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

    private sealed class Work(Action action) : IThreadPoolWorkItem
    {
        public void Execute() => action();
    }
}
