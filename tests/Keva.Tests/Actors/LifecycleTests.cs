using Keva.Actors;
using Keva.Actors.Event;

namespace Keva.Tests.Actors;

public sealed class LifecycleTests
{
    public static TheoryData<Dispatch> Dispatchers => ActorHarness.Dispatchers;

    [Theory, MemberData(nameof(Dispatchers))]
    public void PreStart_comes_before_the_first_message_and_PostStop_after_the_last(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        var actor = harness.Puppet((_, message) => probe.Ref.Tell(message), probe.Ref, "a");

        actor.Tell("message");
        actor.Tell(PoisonPill.Instance);

        probe.Expect("PreStart", "message", "PostStop a");
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_poison_pill_stops_the_actor_after_the_messages_before_it(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        var actor = harness.Puppet((_, message) => probe.Ref.Tell(message));
        probe.Watch(actor);

        actor.Tell("before");
        actor.Tell(PoisonPill.Instance);
        actor.Tell("after");

        probe.Expect("before");
        Assert.Same(actor, probe.Next<Terminated>().ActorRef);
        probe.ExpectNothingMore();
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_stopped_actor_finishes_the_message_at_hand_and_handles_no_other(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        var actor = harness.Puppet(
            (self, message) =>
            {
                self.Me.Tell("never handled");
                self.Ctx.Stop(self.Me);
                probe.Ref.Tell("finished " + message);
            },
            probe.Ref,
            "a");

        actor.Tell("it");

        probe.Expect("PreStart", "finished it", "PostStop a");
        probe.ExpectNothingMore();
    }

    [Fact]
    public void An_actor_that_waits_for_its_children_to_end_handles_no_message()
    {
        for (ulong seed = 0; seed < 50; seed++)
        {
            var world = new Keva.Actors.Simulation.DeterministicDispatcher(seed);
            var system = ActorSystem.Create("test", world.AddHost("host").Options);
            var handled = new List<object>();
            var actor = system.ActorOf(Props.Create(() => new Puppet((self, message) =>
            {
                handled.Add(message);
                self.Ctx.ActorOf(Props.Create(() => new Puppet((_, _) => { })));
                self.Ctx.Stop(self.Me);
                self.Me.Tell("never handled");
            })));

            actor.Tell("first");
            world.RunUntilIdle();

            Assert.Equal(["first"], handled);
            Assert.Equal(1, system.DeadLetterCount);
        }
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void Children_end_before_their_parent(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        var parent = Family(harness, probe, "a", "b", "c");
        probe.Watch(parent);
        probe.Expect("PreStart", "PreStart", "PreStart");

        harness.System.Stop(parent);

        probe.Expect("PostStop c", "PostStop b", "PostStop a");
        probe.Next<Terminated>();
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void Terminating_the_system_ends_every_actor(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var stopped = new System.Collections.Concurrent.ConcurrentQueue<string>();
        for (var number = 0; number < 20; number++)
        {
            harness.System.ActorOf(Props.Create(() => new Tomb(stopped)));
        }

        harness.Wait(harness.System.Terminate());

        Assert.Equal(20, stopped.Count);
        Assert.Null(harness.System.FailureCause);
        Assert.Throws<InvalidOperationException>(() => harness.Puppet((_, _) => { }));
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void Paths_show_the_place_in_the_tree(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        var parent = harness.Puppet((self, _) => probe.Ref.Tell(self.Ctx.ActorOf(Props.Create(() => new Puppet((_, _) => { })), "b")), name: "a");

        parent.Tell("make");

        var child = probe.Next<IActorRef>();
        Assert.Equal("/user/a/b", child.Path.ToStringWithoutAddress());
        Assert.Equal("keva://test/user/a/b", child.Path.ToString());
        Assert.Equal(parent.Path, child.Path.Parent);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void Names_are_given_in_order_to_those_that_have_none(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var names = Enumerable.Range(0, 66).Select(_ => harness.Puppet((_, _) => { }).Path.Name).ToList();

        Assert.Equal("$a", names[0]);
        Assert.Equal("$b", names[1]);
        Assert.Equal("$~", names[63]);
        Assert.Equal("$ab", names[64]);
        Assert.Equal("$bb", names[65]);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_name_that_is_in_use_is_refused(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        harness.Puppet((_, _) => { }, name: "a");

        Assert.Throws<InvalidActorNameException>(() => harness.Puppet((_, _) => { }, name: "a"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("$a")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("ä")]
    public void A_name_that_would_not_fit_into_a_path_is_refused(string name)
    {
        using var harness = new ActorHarness(Dispatch.Deterministic);

        Assert.Throws<InvalidActorNameException>(() => harness.Puppet((_, _) => { }, name: name));
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_name_is_free_again_when_its_actor_has_ended(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        var parent = harness.Puppet((self, message) =>
        {
            if (message is Terminated)
            {
                probe.Ref.Tell(self.Ctx.Child("b"));
            }

            probe.Ref.Tell(self.Ctx.Watch(self.Ctx.ActorOf(Props.Create(() => new Puppet((_, _) => { })), "b")));
        });

        parent.Tell("make");
        var first = probe.Next<IActorRef>();
        first.Tell(PoisonPill.Instance);

        Assert.Same(ActorRefs.Nobody, probe.Next());
        var second = probe.Next<IActorRef>();
        Assert.NotEqual(first, second);
        Assert.NotEqual(first.Path.Uid, second.Path.Uid);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void An_actor_cannot_be_made_by_new(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        var actor = harness.Puppet((_, _) => probe.Ref.Tell(Assert.Throws<ActorInitializationException>(() => new Puppet((_, _) => { })).GetType()));

        actor.Tell("try");

        probe.Expect(typeof(ActorInitializationException));
        Assert.Throws<ActorInitializationException>(() => new Puppet((_, _) => { }));
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_dispatcher_that_the_options_do_not_name_is_refused_unless_one_overrides_all(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var props = Props.Create(() => new Puppet((_, _) => { })).WithDispatcher("nowhere");

        if (dispatch == Dispatch.Deterministic)
        {
            Assert.NotNull(harness.System.ActorOf(props));
        }
        else
        {
            Assert.Throws<ConfigurationException>(() => harness.System.ActorOf(props));
        }
    }

    [Fact]
    public void A_pinned_actor_has_one_thread_of_its_own()
    {
        using var harness = new ActorHarness(Dispatch.ThreadPool);
        var probe = harness.NewProbe();
        var props = Props.Create(() => new Puppet((_, _) => probe.Ref.Tell((Environment.CurrentManagedThreadId, Thread.CurrentThread.IsThreadPoolThread))))
            .WithDispatcher(Keva.Actors.Dispatch.PinnedDispatcher.Id);
        var (one, other) = (harness.System.ActorOf(props), harness.System.ActorOf(props));

        one.Tell("where?");
        var first = probe.Next();
        one.Tell("where?");
        var second = probe.Next<(int Thread, bool IsPool)>();
        other.Tell("where?");
        var third = probe.Next<(int Thread, bool IsPool)>();

        Assert.Equal(first, second);
        Assert.NotEqual(second.Thread, third.Thread);
        Assert.False(second.IsPool);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void Terminated_comes_once_and_after_all_that_the_dead_one_had_sent(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        var actor = harness.Puppet((self, message) =>
        {
            self.Ctx.Stop(self.Me);
            probe.Ref.Tell("last words");
        });
        probe.Watch(actor);
        probe.Watch(actor);

        actor.Tell("die");

        probe.Expect("last words");
        Assert.Same(actor, probe.Next<Terminated>().ActorRef);
        probe.ExpectNothingMore();
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_parent_that_watches_its_child_gets_one_Terminated(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        var parent = harness.Puppet((self, message) =>
        {
            probe.Ref.Tell(message is Terminated ? "terminated" : message);
            if (message is "make")
            {
                self.Ctx.Stop(self.Ctx.Watch(self.Ctx.ActorOf(Props.Create(() => new Puppet((_, _) => { })))));
            }
        });

        parent.Tell("make");

        probe.Expect("make", "terminated");
        parent.Tell("end");
        probe.Expect("end");
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void Whoever_watches_the_dead_is_told_at_once(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var (first, second) = (harness.NewProbe(), harness.NewProbe());
        var actor = harness.Puppet((_, _) => { });
        first.Watch(actor);
        harness.System.Stop(actor);
        first.Next<Terminated>();

        second.Watch(actor);

        Assert.Same(actor, second.Next<Terminated>().ActorRef);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_watch_that_is_taken_back_is_silent(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var (probe, witness) = (harness.NewProbe(), harness.NewProbe());
        var actor = harness.Puppet((_, _) => { });
        probe.Watch(actor);
        probe.Unwatch(actor);
        probe.ExpectNothingMore();
        witness.Watch(actor);

        harness.System.Stop(actor);

        witness.Next<Terminated>();
        probe.ExpectNothingMore();
    }

    [Fact]
    public void A_Terminated_that_waits_in_the_mailbox_is_dropped_by_Unwatch()
    {
        var world = new Keva.Actors.Simulation.DeterministicDispatcher(1);
        var host = world.AddHost("host");
        var system = ActorSystem.Create("test", host.Options);
        var told = new List<object>();
        var watched = system.ActorOf(Props.Create(() => new Puppet((_, _) => { })));
        var watcher = system.ActorOf(Props.Create(() => new Puppet((self, message) =>
        {
            told.Add(message);
            _ = message is "watch" ? self.Ctx.Watch(watched) : self.Ctx.Unwatch(watched);
        })));
        watcher.Tell("watch");
        world.RunUntilIdle();

        // The notification overtakes "unwatch" as the runtime's messages do, and puts Terminated behind it.
        watcher.Tell("unwatch");
        watched.Tell(PoisonPill.Instance);
        world.RunUntilIdle();

        Assert.Equal(["watch", "unwatch"], told);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void An_unhandled_Terminated_fails_the_watcher(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        var watched = harness.Puppet((_, _) => { });
        var watcher = harness.Puppet((self, message) =>
        {
            if (message is "watch")
            {
                self.Ctx.Watch(watched);
            }
            else
            {
                self.NotMine(message);
            }
        });
        probe.Watch(watcher);
        harness.System.EventStream.Subscribe<Error>(probe.Ref);

        watcher.Tell("watch");
        harness.System.Stop(watched);

        Assert.IsType<DeathPactException>(probe.Next<Error>().Cause);
        Assert.Same(watcher, probe.Next<Terminated>().ActorRef);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void GetChildren_lists_the_living_in_the_order_of_their_creation(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        string[] names = ["zeta", "alpha", "mu", "beta"];
        var parent = harness.Puppet((self, _) =>
        {
            foreach (var name in names)
            {
                self.Ctx.ActorOf(Props.Create(() => new Puppet((_, _) => { })), name);
            }

            probe.Ref.Tell(string.Join(' ', self.Ctx.GetChildren().Select(child => child.Path.Name)));
        });

        parent.Tell("make");

        probe.Expect("zeta alpha mu beta");
    }

    /// <summary>A chain of actors, each the child of the one before.</summary>
    private static IActorRef Family(ActorHarness harness, Probe log, params string[] names)
    {
        Props Make(int generation) => Props.Create(() => new Puppet((_, _) => { })
        {
            Log = log.Ref,
            Starting = self =>
            {
                if (generation + 1 < names.Length)
                {
                    self.Ctx.ActorOf(Make(generation + 1), names[generation + 1]);
                }
            },
        });

        return harness.System.ActorOf(Make(0), names[0]);
    }

    private sealed class Tomb(System.Collections.Concurrent.ConcurrentQueue<string> stopped) : ReceiveActor
    {
        protected override void PostStop() => stopped.Enqueue(Self.Path.Name);
    }
}
