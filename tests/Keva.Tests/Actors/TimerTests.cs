using Keva.Actors;
using Keva.Actors.Simulation;

namespace Keva.Tests.Actors;

public sealed class TimerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static TheoryData<Dispatch> Dispatchers => ActorHarness.Dispatchers;

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_single_timer_sends_its_message_once_when_it_is_time(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var (actor, probe) = Timed(harness, timers => timers.StartSingleTimer("key", "ring", Second));

        harness.Advance(TimeSpan.FromMilliseconds(999));
        Settle(actor, probe);
        harness.Advance(TimeSpan.FromMilliseconds(1));
        probe.Expect("ring");

        harness.Advance(10 * Second);
        Settle(actor, probe);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_periodic_timer_sends_after_its_delay_and_then_in_every_interval(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var (actor, probe) = Timed(harness, timers => timers.StartPeriodicTimer("key", "beat", Second, 2 * Second));

        harness.Advance(Second);
        probe.Expect("beat");
        for (var beat = 0; beat < 5; beat++)
        {
            harness.Advance(TimeSpan.FromMilliseconds(1999));
            Settle(actor, probe);
            harness.Advance(TimeSpan.FromMilliseconds(1));
            probe.Expect("beat");
        }
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_timer_of_the_same_key_replaces_the_one_before(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var (actor, probe) = Timed(harness, timers =>
        {
            timers.StartSingleTimer("key", "first", Second);
            timers.StartSingleTimer("key", "second", 2 * Second);
            timers.StartSingleTimer("other", "other", 3 * Second);
        });

        harness.Advance(Second);
        Settle(actor, probe);
        harness.Advance(Second);
        probe.Expect("second");
        harness.Advance(Second);
        probe.Expect("other");
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_cancelled_timer_does_not_send(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var (actor, probe) = Timed(harness, timers =>
        {
            timers.StartSingleTimer("single", "never", Second);
            timers.StartPeriodicTimer("periodic", "never", Second);
            Assert.True(timers.IsTimerActive("single"));
            timers.Cancel("single");
            timers.Cancel("periodic");
            timers.Cancel("unknown");
            Assert.False(timers.IsTimerActive("single"));
        });

        harness.Advance(5 * Second);
        Settle(actor, probe);
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("replace")]
    [InlineData("restart")]
    public void A_message_that_waits_in_the_mailbox_is_not_delivered_when_its_timer_is_gone(string how)
    {
        var world = new DeterministicDispatcher(3);
        var host = world.AddHost("host");
        var system = ActorSystem.Create("test", host.Options);
        var told = new List<object>();
        var starts = 0;
        var actor = system.ActorOf(Props.Create(() => new Puppet((self, message) =>
        {
            told.Add(message);
            if (message is "restart")
            {
                throw new InvalidOperationException();
            }

            if (message is "cancel")
            {
                self.Timers.CancelAll();
            }
            else if (message is "replace")
            {
                self.Timers.StartSingleTimer("key", "new", Second);
            }
        })
        {
            Starting = self =>
            {
                if (starts++ == 0)
                {
                    self.Timers.StartSingleTimer("key", "old", Second);
                }
            },
        }));
        world.RunUntilIdle();

        // Told at the moment of the timer, but first: the timer's message is behind it in the mailbox.
        world.Schedule(Second, () => actor.Tell(how));
        host.Pause();
        world.AdvanceBy(2 * Second);
        host.Resume();
        world.AdvanceBy(5 * Second);

        Assert.Equal(how == "replace" ? ["replace", "new"] : [how], told);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void Timers_end_with_the_incarnation_that_started_them(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        var starts = 0;
        var actor = harness.System.ActorOf(Props.Create(() => new Puppet((_, message) =>
        {
            if (message is "fail")
            {
                throw new InvalidOperationException();
            }

            probe.Ref.Tell(message);
        })
        {
            Starting = self =>
            {
                if (starts++ == 0)
                {
                    self.Timers.StartPeriodicTimer("key", "beat", Second);
                }

                probe.Ref.Tell("started");
            },
        }));
        probe.Expect("started");
        harness.Advance(Second);
        probe.Expect("beat");

        actor.Tell("fail");
        probe.Expect("started");
        harness.Advance(5 * Second);

        Settle(actor, probe);
    }

    [Fact]
    public async Task A_periodic_timer_does_not_catch_up_after_a_pause_of_the_process_and_keeps_its_phase()
    {
        var time = new ManualTime();
        var system = ActorSystem.Create("test", new ActorSystemOptions { TimeProvider = time });
        using var beats = new System.Collections.Concurrent.BlockingCollection<object>();
        system.ActorOf(Props.Create(() => new Puppet((_, message) => beats.Add(message))
        {
            Starting = self =>
            {
                self.Timers.StartPeriodicTimer("key", "beat", Second);
                beats.Add("started");
            },
        }));
        Take("started");

        time.Jump(10.5 * Second);
        Take("beat");
        time.Advance(0.4 * Second);
        Assert.Empty(beats);
        time.Advance(0.1 * Second);
        Take("beat");
        Assert.Empty(beats);
        await system.Terminate().WaitAsync(ActorHarness.Deadline);

        void Take(object expected)
        {
            Assert.True(beats.TryTake(out var taken, ActorHarness.Deadline));
            Assert.Equal(expected, taken);
        }
    }

    [Fact]
    public void A_held_up_actor_finds_one_beat_and_not_a_heap_of_them()
    {
        using var harness = new ActorHarness(Dispatch.ThreadPool);
        using var gate = new ManualResetEventSlim();
        using var isHeldUp = new ManualResetEventSlim();
        var probe = harness.NewProbe();
        var actor = harness.System.ActorOf(Props.Create(() => new Puppet((self, message) =>
        {
            probe.Ref.Tell(message);
            if (message is "block")
            {
                self.Timers.StartPeriodicTimer("key", "beat", Second);
                isHeldUp.Set();
                gate.Wait(ActorHarness.Deadline);
            }
        })));
        actor.Tell("block");
        Assert.True(isHeldUp.Wait(ActorHarness.Deadline));

        harness.Advance(100 * Second);
        actor.Tell("end");
        gate.Set();

        probe.Expect("block", "beat", "end");
        harness.Advance(Second);
        probe.Expect("beat");
    }

    [Fact]
    public void The_clock_s_timer_is_set_only_when_something_earlier_comes_in()
    {
        var time = new ManualTime();
        using var scheduler = new Keva.Actors.Scheduling.TimerQueueScheduler(time);
        var fired = new List<int>();
        var before = time.TimersSet;
        for (var number = 1; number <= 1000; number++)
        {
            var delay = number;
            scheduler.ScheduleOnce(TimeSpan.FromMilliseconds(delay), () => fired.Add(delay));
        }

        Assert.Equal(1, time.TimersSet - before);
        time.Advance(2 * Second);
        Assert.Equal(Enumerable.Range(1, 1000), fired);
    }

    [Fact]
    public void A_scheduled_action_that_is_disposed_is_not_called()
    {
        var time = new ManualTime();
        using var scheduler = new Keva.Actors.Scheduling.TimerQueueScheduler(time);
        var fired = new List<string>();
        var first = scheduler.ScheduleOnce(Second, () => fired.Add("first"));
        scheduler.ScheduleOnce(2 * Second, () => fired.Add("second"));

        first.Dispose();
        time.Advance(5 * Second);

        Assert.Equal(["second"], fired);
    }

    private static (IActorRef Actor, Probe Probe) Timed(ActorHarness harness, Action<ITimerScheduler> start)
    {
        var probe = harness.NewProbe();
        var actor = harness.System.ActorOf(Props.Create(() => new Puppet((_, message) => probe.Ref.Tell(message))
        {
            Starting = self =>
            {
                start(self.Timers);
                probe.Ref.Tell("started");
            },
        }));
        probe.Expect("started");
        return (actor, probe);
    }

    /// <summary>Whatever the timers have sent up to now would have come to the probe before the marker.</summary>
    private static void Settle(IActorRef actor, Probe probe)
    {
        var marker = new object();
        actor.Tell(marker);
        Assert.Same(marker, probe.Next());
    }
}
