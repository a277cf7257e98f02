using System.Globalization;
using Keva.Actors;
using Keva.Actors.Simulation;

namespace Keva.Tests.Actors;

public sealed class DeterministicDispatcherTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void The_same_seed_gives_the_same_trace_of_ten_thousand_deliveries()
    {
        var (trace, fingerprint) = Gossip(seed: 42, steps: 10_000);
        var (again, sameFingerprint) = Gossip(seed: 42, steps: 10_000);

        Assert.Equal(10_000, trace.Count);
        Assert.Equal(trace, again);
        Assert.Equal(fingerprint, sameFingerprint);
    }

    [Fact]
    public void Another_seed_gives_another_trace()
    {
        var (trace, fingerprint) = Gossip(seed: 42, steps: 10_000);
        var (other, otherFingerprint) = Gossip(seed: 43, steps: 10_000);

        Assert.NotEqual(trace, other);
        Assert.NotEqual(fingerprint, otherFingerprint);
    }

    [Fact]
    public void The_trace_of_a_seed_is_the_same_in_every_process()
    {
        // A value of another process: it changes only with the runtime itself, and then knowingly.
        Assert.Equal("50BEB8B3605D0C29", Gossip(seed: 42, steps: 10_000).Fingerprint.ToString("X16", CultureInfo.InvariantCulture));
    }

    [Fact]
    public void The_dice_choose_who_runs_next_and_keep_the_order_of_each_pair()
    {
        var orders = new HashSet<string>(StringComparer.Ordinal);
        for (ulong seed = 0; seed < 50; seed++)
        {
            var world = new DeterministicDispatcher(seed);
            var system = ActorSystem.Create("test", world.AddHost("host").Options);
            var order = "";
            var actors = new[] { "a", "b", "c" }
                .Select(name => system.ActorOf(Props.Create(() => new Puppet((_, message) => order += name + message)), name))
                .ToList();
            world.RunUntilIdle();
            for (var number = 1; number <= 2; number++)
            {
                actors.ForEach(actor => actor.Tell(number));
            }

            world.RunUntilIdle();
            orders.Add(order);
            Assert.All(new[] { "a", "b", "c" }, name => Assert.True(order.IndexOf(name + 1, StringComparison.Ordinal) < order.IndexOf(name + 2, StringComparison.Ordinal)));
        }

        Assert.True(orders.Count > 20, $"Only {orders.Count} of 90 orders in 50 runs");
    }

    [Fact]
    public void Time_goes_on_only_when_nothing_can_run()
    {
        var world = new DeterministicDispatcher(1);
        var system = ActorSystem.Create("test", world.AddHost("host").Options);
        var log = new List<string>();
        var actor = system.ActorOf(Props.Create(() => new Puppet((self, message) =>
        {
            log.Add($"{world.Now.TotalSeconds} {message}");
            if (message is int left and > 0)
            {
                self.Me.Tell(left - 1);
            }
        })));
        world.Schedule(Second, () => actor.Tell("timer"));
        actor.Tell(3);

        world.RunUntilIdle();
        Assert.Equal(["0 3", "0 2", "0 1", "0 0"], log);
        Assert.Equal(TimeSpan.Zero, world.Now);

        world.AdvanceBy(1.5 * Second);
        Assert.Equal("1 timer", log[^1]);
        Assert.Equal(1.5 * Second, world.Now);
    }

    [Fact]
    public void What_is_due_at_one_time_comes_in_the_order_of_its_creation()
    {
        var world = new DeterministicDispatcher(1);
        var log = new List<int>();
        int[] delays = [3, 1, 2, 1, 3, 1, 2];
        for (var number = 0; number < delays.Length; number++)
        {
            var name = number;
            world.Schedule(delays[number] * Second, () => log.Add(name));
        }

        world.AdvanceBy(10 * Second);

        Assert.Equal([1, 3, 5, 2, 6, 0, 4], log);
    }

    [Fact]
    public void A_scheduled_action_that_is_disposed_does_not_happen()
    {
        var world = new DeterministicDispatcher(1);
        var happened = false;
        var scheduled = world.Schedule(Second, () => happened = true);

        scheduled.Dispose();
        world.AdvanceBy(2 * Second);

        Assert.False(happened);
    }

    [Fact]
    public void RunUntil_stops_at_the_turn_in_which_the_condition_comes_to_hold()
    {
        var (world, _, counter) = Counter();

        Assert.True(world.RunUntil(() => counter.Value == 5, 60 * Second));

        Assert.Equal(5, counter.Value);
        Assert.Equal(5 * Second, world.Now);
    }

    [Fact]
    public void RunUntil_says_so_when_the_time_is_over()
    {
        var (world, _, counter) = Counter();

        Assert.False(world.RunUntil(() => counter.Value == 50, 20.5 * Second));

        Assert.Equal(20, counter.Value);
        Assert.Equal(20.5 * Second, world.Now);
    }

    [Fact]
    public void The_check_runs_after_every_turn_and_what_it_throws_ends_the_run()
    {
        var (world, _, counter) = Counter();
        var steps = new List<DeterministicStep>();
        world.AfterStep = step =>
        {
            steps.Add(step);
            Assert.True(counter.Value < 3, "broken");
        };

        Assert.Contains("broken", Assert.ThrowsAny<Exception>(() => world.AdvanceBy(10 * Second)).Message, StringComparison.Ordinal);

        Assert.Equal(3 * Second, world.Now);
        Assert.Equal(3, steps.Count);
        Assert.Equal([steps[0].Number + 1, steps[0].Number + 2], steps.Skip(1).Select(step => step.Number));
        Assert.Equal("Timer(beat)", steps[^1].Message?.ToString());
        Assert.Equal("/user/counter", steps[^1].Actor?.ToStringWithoutAddress());
    }

    [Fact]
    public void An_aborted_host_vanishes_without_PostStop()
    {
        var (world, host, counter) = Counter();
        world.AdvanceBy(2 * Second);
        counter.Actor.Tell("never handled");

        host.Abort();
        counter.Actor.Tell("never handled either");
        world.AdvanceBy(10 * Second);
        host.Resume();
        world.AdvanceBy(10 * Second);

        Assert.Equal(2, counter.Value);
        Assert.Equal(["PreStart"], counter.Log);
    }

    [Fact]
    public void The_others_go_on_when_a_host_is_aborted()
    {
        var world = new DeterministicDispatcher(1);
        var (dead, living) = (new Count(), new Count());
        var host = world.AddHost("dead");
        dead.Start(ActorSystem.Create("dead", host.Options));
        living.Start(ActorSystem.Create("living", world.AddHost("living").Options));
        world.AdvanceBy(Second);

        host.Abort();
        world.AdvanceBy(4 * Second);

        Assert.Equal((1, 5), (dead.Value, living.Value));
    }

    [Fact]
    public void An_aborted_host_takes_no_new_system()
    {
        var host = new DeterministicDispatcher(1).AddHost("host");
        host.Abort();

        Assert.Throws<InvalidOperationException>(() => ActorSystem.Create("test", host.Options));
    }

    [Fact]
    public void A_paused_host_does_nothing_and_its_clock_goes_on()
    {
        var (world, host, counter) = Counter();
        world.AdvanceBy(1.5 * Second);
        var before = host.TimeProvider.GetUtcNow();

        counter.Actor.Tell("before");
        host.Pause();
        counter.Actor.Tell("within");
        world.AdvanceBy(10 * Second);
        Assert.Equal(1, counter.Value);
        Assert.Equal(10 * Second, host.TimeProvider.GetUtcNow() - before);

        // The messages that waited, one beat for all that were missed, and then the old rhythm.
        host.Resume();
        world.RunUntilIdle();
        Assert.Equal(4, counter.Value);
        world.AdvanceBy(0.5 * Second);
        Assert.Equal(5, counter.Value);
    }

    [Fact]
    public void A_clock_that_drifts_fires_its_timers_early_or_late()
    {
        var (world, host, counter) = Counter(driftPartsPerMillion: 100_000);

        world.AdvanceBy(10.01 * Second);

        Assert.Equal(11, counter.Value);
        Assert.Equal(11.011 * Second, host.TimeProvider.GetElapsedTime(0));
        host.ClockDriftPartsPerMillion = -500_000;
        world.AdvanceBy(2 * Second);
        Assert.Equal(12.011 * Second, host.TimeProvider.GetElapsedTime(0));
    }

    [Fact]
    public void A_wall_clock_that_jumps_does_not_move_timers()
    {
        var (world, host, counter) = Counter();
        var before = host.TimeProvider.GetUtcNow();

        host.ClockOffset = TimeSpan.FromHours(-3);

        Assert.Equal(TimeSpan.FromHours(-3), host.TimeProvider.GetUtcNow() - before);
        world.AdvanceBy(5 * Second);
        Assert.Equal(5, counter.Value);
    }

    [Fact]
    public void Timers_of_the_host_s_clock_go_by_virtual_time_and_die_with_the_host()
    {
        var world = new DeterministicDispatcher(1);
        var host = world.AddHost("host");
        var rings = 0;
        using var timer = host.TimeProvider.CreateTimer(_ => rings++, state: null, Second, 2 * Second);

        world.AdvanceBy(5 * Second);
        Assert.Equal(3, rings);
        host.Abort();
        world.AdvanceBy(10 * Second);
        Assert.Equal(3, rings);
    }

    [Fact]
    public void Code_that_awaits_goes_on_inside_of_the_run()
    {
        var world = new DeterministicDispatcher(1);
        var system = ActorSystem.Create("test", world.AddHost("host").Options);
        var actor = system.ActorOf(Props.Create(() => new Puppet((self, message) => self.From.Tell((int)message + 1))));
        var silent = system.ActorOf(Props.Create(() => new Puppet((_, _) => { })));
        var thread = Environment.CurrentManagedThreadId;
        var log = new List<string>();

        async Task Client()
        {
            var numbers = await Task.WhenAll(actor.Ask<int>(1, Second), actor.Ask<int>(10, Second));
            log.Add($"{world.Now} {string.Join(' ', numbers)} {Environment.CurrentManagedThreadId == thread}");
            await Task.Yield();
            await Assert.ThrowsAsync<AskTimeoutException>(() => silent.Ask<int>(1, Second));
            log.Add($"{world.Now} timeout {Environment.CurrentManagedThreadId == thread}");
        }

        Task? client = null;
        world.Execute(() => client = Client());
        Assert.True(world.RunUntil(() => client!.IsCompleted, 5 * Second));

        Assert.Equal(["00:00:00 2 11 True", "00:00:01 timeout True"], log);
    }

    [Fact]
    public void What_follows_an_answer_does_not_run_inside_the_actor_that_gives_it()
    {
        var world = new DeterministicDispatcher(1);
        var system = ActorSystem.Create("test", world.AddHost("host").Options);
        var log = new List<string>();
        var actor = system.ActorOf(Props.Create(() => new Puppet((self, _) =>
        {
            self.From.Tell("answer");
            log.Add("handler ends");
        })));

        world.Execute(() => _ = Client());
        world.RunUntilIdle();

        Assert.Equal(["handler ends", "client has answer"], log);

        async Task Client() => log.Add("client has " + await actor.Ask<string>("?", Second));
    }

    [Fact]
    public void A_run_without_end_at_one_time_is_given_up_with_the_name_of_the_last_actor()
    {
        var world = new DeterministicDispatcher(1) { MaxStepsPerInstant = 1000 };
        var system = ActorSystem.Create("test", world.AddHost("host").Options);
        system.ActorOf(Props.Create(() => new Puppet((self, message) => self.Me.Tell(message))), "spinner").Tell("again");

        var error = Assert.Throws<InvalidOperationException>(world.RunUntilIdle);

        Assert.Contains("/user/spinner again", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_thread_that_reaches_into_a_run_is_refused()
    {
        var world = new DeterministicDispatcher(1);
        var system = ActorSystem.Create("test", world.AddHost("host").Options);
        var actor = system.ActorOf(Props.Create(() => new Puppet((_, _) => { })));
        world.RunUntilIdle();
        Exception? error = null;

        world.Execute(() =>
        {
            var thread = new Thread(() => error = Record.Exception(() => actor.Tell("from elsewhere")));
            thread.Start();
            thread.Join();
        });

        Assert.IsType<InvalidOperationException>(error);
    }

    private static (DeterministicDispatcher World, DeterministicHost Host, Count Counter) Counter(int driftPartsPerMillion = 0)
    {
        var world = new DeterministicDispatcher(1);
        var host = world.AddHost("host");
        host.ClockDriftPartsPerMillion = driftPartsPerMillion;
        var counter = new Count();
        counter.Start(ActorSystem.Create("test", host.Options));
        world.RunUntilIdle();
        return (world, host, counter);
    }

    /// <summary>Three systems whose actors pass numbers on, among themselves and over a network with delays, and beat timers.</summary>
    private static (List<string> Trace, ulong Fingerprint) Gossip(ulong seed, int steps)
    {
        var world = new DeterministicDispatcher(seed);
        var trace = new List<string>();
        world.AfterStep = step => trace.Add(step.ToString());
        var all = new List<IActorRef>();
        for (var system = 0; system < 3; system++)
        {
            var host = world.AddHost($"host{system}");
            host.ClockDriftPartsPerMillion = 1000 * system;
            var actors = ActorSystem.Create("gossip", host.Options);
            for (var number = 0; number < 5; number++)
            {
                var place = all.Count;
                all.Add(actors.ActorOf(Props.Create(() => new Puppet((self, message) =>
                {
                    var value = message is int number ? number : self.Count++;
                    if (value % 7 == 6)
                    {
                        throw new InvalidOperationException("now and then");
                    }

                    all[(place + value) % all.Count].Tell(value + 1);
                    world.Schedule(TimeSpan.FromMilliseconds(value % 10), () => all[(place * 3) % all.Count].Tell(6));
                })
                {
                    Starting = self => self.Timers.StartPeriodicTimer("beat", "beat", TimeSpan.FromMilliseconds(3 + place)),
                })));
            }
        }

        Assert.True(world.RunUntil(() => world.Steps == steps, TimeSpan.FromHours(1)));
        return (trace, world.Fingerprint);
    }

    /// <summary>An actor that counts one beat a second.</summary>
    private sealed class Count
    {
        public int Value { get; private set; }

        public List<string> Log { get; } = [];

        public IActorRef Actor { get; private set; } = ActorRefs.Nobody;

        public void Start(ActorSystem system)
        {
            var log = system.ActorOf(Props.Create(() => new Puppet((_, message) => Log.Add((string)message))), "log");
            Actor = system.ActorOf(
                Props.Create(() => new Puppet((_, message) => Value++)
                {
                    Log = log,
                    Starting = self => self.Timers.StartPeriodicTimer("beat", "beat", Second),
                }),
                "counter");
        }
    }
}
