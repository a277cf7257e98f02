using Keva.Actors;
using Keva.Actors.Event;

namespace Keva.Tests.Actors;

public sealed class MessagingTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static TheoryData<Dispatch> Dispatchers => ActorHarness.Dispatchers;

    [Theory, MemberData(nameof(Dispatchers))]
    public void Messages_of_one_sender_arrive_in_the_order_in_which_they_were_told(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();

        for (var number = 0; number < 500; number++)
        {
            probe.Ref.Tell(number);
        }

        probe.Expect([.. Enumerable.Range(0, 500).Cast<object>()]);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_message_told_in_a_handler_has_the_telling_actor_as_its_sender(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        var teller = harness.Puppet((_, message) => probe.Ref.Tell(message));

        teller.Tell("hello");

        probe.Expect("hello");
        Assert.Same(teller, probe.LastSender);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_message_told_outside_of_actors_has_the_dead_letters_as_its_sender(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();

        probe.Ref.Tell("hello");

        probe.Expect("hello");
        Assert.Same(harness.System.DeadLetters, probe.LastSender);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_forwarded_message_keeps_its_sender(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        var forwarder = harness.Puppet((_, message) => probe.Ref.Forward(message));
        var origin = harness.Puppet((_, message) => forwarder.Tell(message));

        origin.Tell("hello");

        probe.Expect("hello");
        Assert.Same(origin, probe.LastSender);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void What_an_actor_does_not_handle_is_published_as_unhandled(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        harness.System.EventStream.Subscribe<UnhandledMessage>(probe.Ref);
        var actor = harness.Puppet((self, message) => self.NotMine(message));

        actor.Tell("what?", probe.Ref);

        Assert.Equal(new UnhandledMessage("what?", probe.Ref, actor), probe.Next());
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_message_to_an_ended_actor_is_a_dead_letter_and_counted(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        var actor = harness.Puppet((_, _) => { });
        probe.Watch(actor);
        harness.System.Stop(actor);
        probe.Next<Terminated>();
        harness.System.EventStream.Subscribe<DeadLetter>(probe.Ref);

        actor.Tell("late", probe.Ref);

        Assert.Equal(new DeadLetter("late", probe.Ref, actor), probe.Next());
        Assert.Equal(1, harness.System.DeadLetterCount);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void What_is_left_in_the_mailbox_of_a_stopped_actor_becomes_dead_letters(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        harness.System.EventStream.Subscribe<DeadLetter>(probe.Ref);
        var actor = harness.Puppet((self, message) =>
        {
            self.Me.Tell("left 1");
            self.Me.Tell("left 2");
            self.Ctx.Stop(self.Me);
        });

        actor.Tell("stop");

        Assert.Equal("left 1", probe.Next<DeadLetter>().Message);
        Assert.Equal("left 2", probe.Next<DeadLetter>().Message);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void Nobody_swallows_what_it_is_told(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);

        ActorRefs.Nobody.Tell("hello");

        Assert.Equal(0, harness.System.DeadLetterCount);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void Ask_gives_the_first_answer(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var actor = harness.Puppet((self, message) => self.From.Tell((int)message * 2));

        Assert.Equal(42, harness.Wait(actor.Ask<int>(21, Second)));
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void Ask_fails_when_the_time_is_over_and_not_before(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var actor = harness.Puppet((_, _) => { });

        var answer = actor.Ask<int>("well?", Second);
        harness.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(answer.IsCompleted);
        harness.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Throws<AskTimeoutException>(() => harness.Wait(answer));
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void An_answer_of_another_type_fails_the_task(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var actor = harness.Puppet((self, _) => self.From.Tell("a string"));

        Assert.Throws<ArgumentException>(() => harness.Wait(actor.Ask<int>(21, Second)));
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_failure_as_the_answer_fails_the_task_with_its_cause(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var actor = harness.Puppet((self, _) => self.From.Tell(new Status.Failure(new InvalidDataException("torn"))));

        Assert.Equal("torn", Assert.Throws<InvalidDataException>(() => harness.Wait(actor.Ask<int>(21, Second))).Message);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_second_answer_is_a_dead_letter(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var probe = harness.NewProbe();
        harness.System.EventStream.Subscribe<DeadLetter>(probe.Ref);
        var actor = harness.Puppet((self, _) =>
        {
            self.From.Tell(1);
            self.From.Tell(2);
        });

        Assert.Equal(1, harness.Wait(actor.Ask<int>("?", Second)));
        Assert.Equal(2, probe.Next<DeadLetter>().Message);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_cancelled_question_does_not_wait_for_the_answer(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        using var cancellation = new CancellationTokenSource();
        var actor = harness.Puppet((_, _) => { });

        var answer = actor.Ask<int>("?", Second, cancellation.Token);
        cancellation.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => harness.Wait(answer));
    }

    [Theory]
    [InlineData(Dispatch.ThreadPool)]
    [InlineData(Dispatch.Pinned)]
    public void A_question_that_is_open_when_the_system_stops_fails(Dispatch dispatch)
    {
        Task<int> answer;
        using (var harness = new ActorHarness(dispatch))
        {
            answer = harness.Puppet((_, _) => { }).Ask<int>("?", Second);
        }

        Assert.IsType<AskTimeoutException>(answer.Exception?.InnerException);
    }

    [Fact]
    public void A_ref_of_no_system_cannot_be_asked()
    {
        Assert.Throws<ArgumentException>(() => { _ = ActorRefs.Nobody.Ask<int>("?", Second); });
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void The_depth_of_a_mailbox_can_be_read_from_outside(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        using var gate = new ManualResetEventSlim();
        var entered = 0;
        var actor = harness.Puppet(
            (_, message) =>
            {
                if (message is "block" && dispatch != Dispatch.Deterministic)
                {
                    Volatile.Write(ref entered, 1);
                    gate.Wait(ActorHarness.Deadline);
                }
                else if (message is "block")
                {
                    entered = 1;
                }
            },
            name: "busy");

        actor.Tell("block");
        harness.WaitUntil(() => Volatile.Read(ref entered) == 1);
        actor.Tell("one");
        actor.Tell("two");

        Assert.Equal(2, Depth(harness, "/user/busy"));
        gate.Set();
        harness.WaitUntil(() => Depth(harness, "/user/busy") == 0);
    }

    private static int Depth(ActorHarness harness, string path) =>
        harness.System.GetMailboxDepths().Single(depth => depth.Actor.ToStringWithoutAddress() == path).Messages;
}
