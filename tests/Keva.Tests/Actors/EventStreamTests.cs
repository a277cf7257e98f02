using Keva.Actors;
using Keva.Actors.Event;

namespace Keva.Tests.Actors;

public sealed class EventStreamTests
{
    private readonly EventStream _stream = new();

    [Fact]
    public void A_handler_gets_the_events_of_its_type_and_of_derived_ones()
    {
        var (objects, texts) = (new List<object>(), new List<string>());
        using var one = _stream.Subscribe<object>(objects.Add);
        using var other = _stream.Subscribe<string>(texts.Add);

        _stream.Publish("text");
        _stream.Publish(1);

        Assert.Equal(["text", 1], objects);
        Assert.Equal(["text"], texts);
    }

    [Fact]
    public void A_disposed_subscription_is_not_called()
    {
        var events = new List<object>();
        var subscription = _stream.Subscribe<object>(events.Add);

        subscription.Dispose();
        _stream.Publish("text");

        Assert.Empty(events);
    }

    [Fact]
    public void A_handler_that_throws_is_reported_and_not_called_again()
    {
        var errors = new List<Error>();
        var calls = 0;
        using var failing = _stream.Subscribe<string>(_ =>
        {
            calls++;
            throw new InvalidOperationException("bad handler");
        });
        using var log = _stream.Subscribe<Error>(errors.Add);

        _stream.Publish("one");
        _stream.Publish("two");

        Assert.Equal(1, calls);
        Assert.Equal("bad handler", Assert.Single(errors).Cause.Message);
    }

    [Fact]
    public void An_actor_is_subscribed_once_to_a_type_and_can_leave()
    {
        using var harness = new ActorHarness(Dispatch.Deterministic);
        var probe = harness.NewProbe();
        var stream = harness.System.EventStream;

        Assert.True(stream.Subscribe<string>(probe.Ref));
        Assert.False(stream.Subscribe<string>(probe.Ref));
        stream.Publish("one");
        Assert.True(stream.Unsubscribe(probe.Ref, typeof(string)));
        Assert.False(stream.Unsubscribe(probe.Ref));
        stream.Publish("two");

        probe.Expect("one");
        probe.ExpectNothingMore();
    }

    [Fact]
    public void A_subscriber_that_has_ended_is_forgotten_and_makes_no_dead_letters()
    {
        using var harness = new ActorHarness(Dispatch.Deterministic);
        var probe = harness.NewProbe();
        var subscriber = harness.Puppet((_, _) => { });
        probe.Watch(subscriber);
        harness.System.EventStream.Subscribe<object>(subscriber);
        harness.System.Stop(subscriber);
        probe.Next<Terminated>();

        harness.System.EventStream.Publish("text");

        Assert.Equal(0, harness.System.DeadLetterCount);
        Assert.False(harness.System.EventStream.Unsubscribe(subscriber));
    }
}
