using Keva.Actors;
using Keva.Actors.Event;
using Keva.Actors.Simulation;

namespace Keva.Tests.Actors;

public sealed class SupervisionTests
{
    public static TheoryData<Dispatch> Dispatchers => ActorHarness.Dispatchers;

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_failed_actor_is_restarted_and_goes_on_with_its_mailbox_but_without_the_message(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        var actor = harness.Puppet(Counting(probe), probe.Ref, "a");

        Array.ForEach<object>(["one", "two", "fail", "three"], actor.Tell);

        probe.Expect("PreStart", "one 1", "two 2", "PreRestart fail fail", "PostStop a", "PostRestart fail", "PreStart", "three 1");
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_resumed_actor_keeps_its_state(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch, new OneForOneStrategy(_ => Directive.Resume));
        var probe = harness.NewProbe();
        var actor = harness.Puppet(Counting(probe), probe.Ref);

        Array.ForEach<object>(["one", "fail", "two"], actor.Tell);

        probe.Expect("PreStart", "one 1", "two 2");
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_stop_verdict_ends_the_actor(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch, new OneForOneStrategy(_ => Directive.Stop));
        var probe = harness.NewProbe();
        var actor = harness.Puppet(Counting(probe), probe.Ref, "a");
        probe.Watch(actor);

        Array.ForEach<object>(["one", "fail", "two"], actor.Tell);

        probe.Expect("PreStart", "one 1", "PostStop a");
        probe.Next<Terminated>();
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void Every_failure_is_published_with_its_place(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        harness.System.EventStream.Subscribe<Error>(probe.Ref);
        var actor = harness.Puppet(Counting(probe), name: "a");

        actor.Tell("fail");

        var error = probe.Next<Error>();
        Assert.Equal("fail", error.Cause.Message);
        Assert.Equal("keva://test/user/a", error.LogSource);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void What_escalates_past_the_top_stops_the_system_and_is_recorded(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch, new OneForOneStrategy(_ => Directive.Escalate));
        var probe = harness.NewProbe();
        var actor = harness.Puppet(Counting(probe));
        Assert.False(harness.System.WhenTerminated.IsCompleted);

        actor.Tell("fail");

        harness.Wait(harness.System.WhenTerminated);
        Assert.Equal("fail", harness.System.FailureCause?.Message);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void An_escalated_failure_is_judged_as_the_failure_of_the_parent(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        var parent = Parent(harness, probe, new OneForOneStrategy(_ => Directive.Escalate));
        probe.Expect("PreStart", "PreStart");

        parent.Tell("fail");

        probe.Expect("PreRestart fail ");
        ExpectBothEnds(probe);
        probe.Expect("PostRestart fail", "PreStart", "PreStart");
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_parent_that_is_resumed_after_an_escalation_resumes_the_child(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch, new OneForOneStrategy(_ => Directive.Resume));
        var probe = harness.NewProbe();
        var parent = Parent(harness, probe, new OneForOneStrategy(_ => Directive.Escalate));
        probe.Expect("PreStart", "PreStart");

        Array.ForEach<object>(["one", "fail", "two", "fail", "fail", "three"], parent.Tell);

        probe.Expect("one 1", "two 2", "three 3");
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_restart_stops_the_children(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        var parent = Parent(harness, probe, strategy: null);
        probe.Expect("PreStart", "PreStart");

        parent.Tell("fail yourself");

        probe.Expect("PreRestart fail yourself fail yourself");
        ExpectBothEnds(probe);
        probe.Expect("PostRestart fail yourself", "PreStart", "PreStart");
        parent.Tell("one");
        probe.Expect("one 1");
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void Children_that_PreRestart_spares_are_restarted(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        var parent = harness.System.ActorOf(Props.Create(() => new Puppet(ToChild)
        {
            KeepsChildren = true,
            Starting = self =>
            {
                if (self.Ctx.Child("child") == ActorRefs.Nobody)
                {
                    self.Ctx.ActorOf(Props.Create(() => new Puppet(Counting(probe)) { Log = probe.Ref }), "child");
                }
            },
        }));
        parent.Tell("one");
        probe.Expect("PreStart", "one 1");

        parent.Tell("fail yourself");
        parent.Tell("two");

        probe.Expect("PreRestart fail yourself ", "PostStop child", "PostRestart fail yourself", "PreStart", "two 1");
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void Siblings_of_a_failed_actor_go_on(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        var (one, other) = (harness.Puppet(Counting(probe)), harness.Puppet(Counting(probe)));
        other.Tell("before");
        probe.Expect("before 1");

        one.Tell("fail");
        one.Tell("again");
        probe.Expect("again 1");
        other.Tell("after");

        probe.Expect("after 2");
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void One_restart_more_than_allowed_stops_the_actor(Dispatch dispatch)
    {
        var strategy = new OneForOneStrategy(2, TimeSpan.FromSeconds(10), _ => Directive.Restart);
        using var harness = new ActorHarness(dispatch, strategy);
        var probe = harness.NewProbe();
        var actor = harness.Puppet(Counting(probe));
        probe.Watch(actor);

        Array.ForEach<object>(["fail", "fail", "one", "fail"], actor.Tell);

        probe.Expect("one 1");
        probe.Next<Terminated>();
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void The_limit_of_restarts_counts_anew_after_its_time(Dispatch dispatch)
    {
        var strategy = new OneForOneStrategy(1, TimeSpan.FromSeconds(10), _ => Directive.Restart);
        using var harness = new ActorHarness(dispatch, strategy);
        var probe = harness.NewProbe();
        var actor = harness.Puppet(Counting(probe));

        for (var round = 0; round < 5; round++)
        {
            Array.ForEach<object>(["one", "fail", "two"], actor.Tell);
            probe.Expect(round == 0 ? "one 1" : "one 2", "two 1");
            harness.Advance(TimeSpan.FromSeconds(11));
        }
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void An_actor_that_cannot_start_is_stopped_by_default(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        harness.System.EventStream.Subscribe<Error>(probe.Ref);
        var actor = harness.System.ActorOf(Props.Create<Puppet>(() => throw new InvalidDataException("no disk")));
        probe.Watch(actor);

        var error = Assert.IsType<ActorInitializationException>(probe.Next<Error>().Cause);
        Assert.IsType<InvalidDataException>(error.InnerException);
        probe.Next<Terminated>();
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void An_actor_that_cannot_start_is_tried_again_if_its_supervisor_says_so(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch, new OneForOneStrategy(_ => Directive.Restart));
        var probe = harness.NewProbe();
        var attempts = 0;
        var actor = harness.System.ActorOf(Props.Create(() => ++attempts < 4 ? throw new InvalidDataException("no disk") : new Puppet(Counting(probe))));

        actor.Tell("one");

        probe.Expect("one 1");
        Assert.Equal(4, attempts);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void An_actor_that_fails_again_in_its_restart_is_stopped_by_default(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        var incarnations = 0;
        var actor = harness.System.ActorOf(Props.Create(() => ++incarnations > 1 ? throw new InvalidDataException("no disk") : new Puppet(Counting(probe))));
        probe.Watch(actor);
        harness.System.EventStream.Subscribe<Error>(probe.Ref);

        actor.Tell("fail");

        Assert.Equal("fail", probe.Next<Error>().Cause.Message);
        Assert.Equal("fail", Assert.IsType<PostRestartException>(probe.Next<Error>().Cause).OriginalCause.Message);
        probe.Next<Terminated>();
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_supervisor_that_cannot_judge_fails_itself(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch, new OneForOneStrategy(_ => Directive.Escalate));
        var probe = harness.NewProbe();
        var parent = Parent(harness, probe, new OneForOneStrategy(_ => throw new InvalidDataException("no verdict")));

        parent.Tell("fail");

        harness.Wait(harness.System.WhenTerminated);
        Assert.Equal("no verdict", harness.System.FailureCause?.Message);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void An_actor_that_fails_while_it_stops_ends_all_the_same(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        harness.System.EventStream.Subscribe<Error>(probe.Ref);
        var actor = harness.System.ActorOf(Props.Create(() => new BadEnd()));
        probe.Watch(actor);

        harness.System.Stop(actor);

        Assert.Equal("bad end", probe.Next<Error>().Cause.Message);
        probe.Next<Terminated>();
    }

    [Fact]
    public void The_failure_of_an_actor_that_is_being_stopped_is_judged_like_any_other()
    {
        for (ulong seed = 0; seed < 50; seed++)
        {
            var world = new DeterministicDispatcher(seed);
            var options = world.AddHost("host").Options with { GuardianSupervisorStrategy = new OneForOneStrategy(_ => Directive.Escalate) };
            var system = ActorSystem.Create("test", options);
            var actor = system.ActorOf(Props.Create(() => new Puppet((self, _) =>
            {
                system.Stop(self.Me);
                throw new InvalidOperationException("broken");
            })
            {
                Starting = self => self.Ctx.ActorOf(Props.Create(() => new Puppet((_, _) => { }))),
            }));

            actor.Tell("work");
            world.RunUntilIdle();

            Assert.Equal("broken", system.FailureCause?.Message);
        }
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void The_strategy_in_the_props_goes_before_that_of_the_actor(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        var parent = harness.System.ActorOf(
            ParentProps(probe, new OneForOneStrategy(_ => Directive.Restart)).WithSupervisorStrategy(new OneForOneStrategy(_ => Directive.Resume)),
            "parent");
        probe.Expect("PreStart", "PreStart");

        Array.ForEach<object>(["one", "fail", "two"], parent.Tell);

        probe.Expect("one 1", "two 2");
    }

    [Theory]
    [InlineData(Directive.Resume)]
    [InlineData(Directive.Restart)]
    public void Children_that_fail_and_escalate_at_the_same_time_all_go_on(Directive verdict)
    {
        for (ulong seed = 0; seed < 200; seed++)
        {
            var world = new DeterministicDispatcher(seed);
            var options = world.AddHost("host").Options with { GuardianSupervisorStrategy = new OneForOneStrategy(_ => verdict) };
            var system = ActorSystem.Create("test", options);
            var handled = new List<string>();
            var parent = system.ActorOf(Props.Create(() => new Puppet(ToAllChildren)
            {
                Strategy = new OneForOneStrategy(_ => Directive.Escalate),
                Starting = self =>
                {
                    for (var number = 0; number < 4; number++)
                    {
                        self.Ctx.ActorOf(Props.Create(() => new Puppet((child, message) =>
                            handled.Add(message is "fail" ? throw new InvalidOperationException() : child.Me.Path.Name))));
                    }
                },
            }));
            parent.Tell("fail");
            world.RunUntilIdle();

            parent.Tell("work");
            world.RunUntilIdle();

            Assert.Equal(4, handled.Distinct(StringComparer.Ordinal).Count());
        }
    }

    [Fact]
    public void A_child_that_fails_together_with_its_parent_goes_on_after_both_restarts()
    {
        for (ulong seed = 0; seed < 200; seed++)
        {
            var world = new DeterministicDispatcher(seed);
            var system = ActorSystem.Create("test", world.AddHost("host").Options);
            var handled = 0;
            var childRef = ActorRefs.Nobody;
            var child = Props.Create(() => new Puppet((_, message) => handled += message is "fail" ? throw new InvalidOperationException() : 1)
            {
                // The restart of the child takes a while, for it waits for this one.
                Starting = self => self.Ctx.ActorOf(Props.Create(() => new Puppet((_, _) => { }))),
            });
            var parent = system.ActorOf(Props.Create(() => new Puppet((_, _) => throw new InvalidOperationException())
            {
                KeepsChildren = true,
                Starting = self => childRef = childRef == ActorRefs.Nobody ? self.Ctx.ActorOf(child) : childRef,
            }));
            world.RunUntilIdle();
            childRef.Tell("fail");
            parent.Tell("fail");
            world.RunUntilIdle();

            childRef.Tell("work");
            world.RunUntilIdle();

            Assert.Equal(1, handled);
        }
    }

    [Fact]
    public void A_child_that_is_made_in_PreRestart_comes_through_the_restart_with_its_mailbox()
    {
        for (ulong seed = 0; seed < 50; seed++)
        {
            var world = new DeterministicDispatcher(seed);
            var system = ActorSystem.Create("test", world.AddHost("host").Options);
            var errors = new List<Error>();
            using var log = system.EventStream.Subscribe<Error>(errors.Add);
            var handled = new List<object>();
            var actor = system.ActorOf(Props.Create(() => new LateParent(handled)));

            actor.Tell("fail");
            world.RunUntilIdle();

            Assert.Equal(["work"], handled);
            Assert.Single(errors);
        }
    }

    [Fact]
    public void Whatever_the_order_of_failures_stops_and_verdicts_nobody_hangs_and_the_system_can_be_stopped()
    {
        for (ulong seed = 0; seed < 300; seed++)
        {
            var world = new DeterministicDispatcher(seed);
            var dice = new Random((int)seed);
            var strategy = new OneForOneStrategy(_ => (Directive)dice.Next(4));
            var options = world.AddHost("host").Options with { GuardianSupervisorStrategy = new OneForOneStrategy(_ => (Directive)dice.Next(4)) };
            var system = ActorSystem.Create("test", options);
            var started = 0;
            Props Make(int generation) => Props.Create(() => new Puppet((self, message) =>
            {
                ToAllChildren(self, message);
                switch (message is "harmless" ? -1 : dice.Next(6))
                {
                    case 0:
                        throw new InvalidOperationException("at random");
                    case 1:
                        self.Ctx.Stop(self.Me);
                        break;
                    case 2 when generation > 0:
                        self.Ctx.ActorOf(Make(generation - 1));
                        break;
                }
            })
            {
                Strategy = strategy,
                KeepsChildren = dice.Next(2) == 0,
                Starting = self =>
                {
                    started++;
                    if (dice.Next(8) == 0)
                    {
                        throw new InvalidOperationException("in the beginning");
                    }

                    if (generation > 0)
                    {
                        self.Ctx.ActorOf(Make(generation - 1));
                    }
                },
            });
            var top = Enumerable.Range(0, 3).Select(_ => system.ActorOf(Make(3))).ToList();
            for (var round = 0; round < 30; round++)
            {
                top[dice.Next(3)].Tell("work");
                _ = world.RunUntil(() => dice.Next(20) == 0, TimeSpan.Zero);
            }

            world.RunUntilIdle();
            top.ForEach(actor => actor.Tell("harmless"));
            world.RunUntilIdle();
            Assert.All(system.GetMailboxDepths(), depth => Assert.True(depth.Messages == 0, $"Seed {seed}: {depth.Actor} hangs"));

            _ = system.Terminate();
            world.RunUntilIdle();
            Assert.True(system.WhenTerminated.IsCompleted, $"Seed {seed}: the system did not end");
            Assert.Empty(system.GetMailboxDepths());
            Assert.True(started > 3, "Nothing ever ran");
        }
    }

    private static void ToAllChildren(Puppet self, object message)
    {
        foreach (var child in self.Ctx.GetChildren())
        {
            child.Tell(message);
        }
    }

    private static Action<Puppet, object> Counting(Probe probe) => (self, message) =>
    {
        if (message is string text && text.StartsWith("fail", StringComparison.Ordinal))
        {
            throw new InvalidOperationException(text);
        }

        probe.Ref.Tell($"{message} {++self.Count}");
    };

    /// <summary>The children end beside the failed incarnation's PostStop; the next incarnation waits for both.</summary>
    private static void ExpectBothEnds(Probe probe)
    {
        HashSet<string> ends = [probe.Next<string>(), probe.Next<string>()];
        Assert.True(ends.SetEquals(["PostStop child", "PostStop parent"]), string.Join(", ", ends));
    }

    private static IActorRef Parent(ActorHarness harness, Probe probe, SupervisorStrategy? strategy) =>
        harness.System.ActorOf(ParentProps(probe, strategy), "parent");

    private static Props ParentProps(Probe probe, SupervisorStrategy? strategy) => Props.Create(() => new Puppet(ToChild)
    {
        Log = probe.Ref,
        Strategy = strategy,
        Starting = self => self.Ctx.ActorOf(Props.Create(() => new Puppet(Counting(probe)) { Log = probe.Ref }), "child"),
    });

    private static void ToChild(Puppet self, object message)
    {
        if (message is "fail yourself")
        {
            throw new InvalidOperationException("fail yourself");
        }

        self.Ctx.Child("child").Tell(message);
    }

    private sealed class LateParent : ReceiveActor
    {
        private readonly List<object> _handled;

        public LateParent(List<object> handled)
        {
            _handled = handled;
            ReceiveAny(_ => throw new InvalidOperationException());
        }

        protected override void PreRestart(Exception reason, object? message) =>
            Context.ActorOf(Props.Create(() => new Puppet((_, message) => _handled.Add(message))
            {
                Starting = self => self.Ctx.ActorOf(Props.Create(() => new Puppet((_, _) => { }))),
            })).Tell("work");
    }

    private sealed class BadEnd : ReceiveActor
    {
        protected override void PostStop() => throw new InvalidOperationException("bad end");
    }
}
