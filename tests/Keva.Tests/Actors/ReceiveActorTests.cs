using Keva.Actors;
using Keva.Actors.Event;

namespace Keva.Tests.Actors;

public sealed class ReceiveActorTests : IDisposable
{
    private readonly ActorHarness _harness = new(Dispatch.Deterministic);
    private readonly Probe _probe;

    public ReceiveActorTests() => _probe = _harness.NewProbe();

    public void Dispose() => _harness.Dispose();

    [Fact]
    public void The_first_handler_that_fits_gets_the_message()
    {
        var actor = Make((self, probe) =>
        {
            self.On<int>(number => probe.Tell($"int {number}"), number => number > 10);
            self.On<int>(_ => probe.Tell("small int"));
            self.On<IComparable>(_ => probe.Tell("comparable"));
        });

        actor.Tell(11);
        actor.Tell(10);
        actor.Tell("text");

        _probe.Expect("int 11", "small int", "comparable");
    }

    [Fact]
    public void A_handler_that_returns_false_passes_the_message_on()
    {
        var actor = Make((self, probe) =>
        {
            self.OnIf<string>(text => text.Length > 3);
            self.On<string>(text => probe.Tell("second " + text));
        });

        actor.Tell("long text");
        actor.Tell("abc");

        _probe.Expect("second abc");
    }

    [Fact]
    public void ReceiveAny_takes_what_is_left()
    {
        var actor = Make((self, probe) =>
        {
            self.On<int>(_ => probe.Tell("int"));
            self.OnAny(message => probe.Tell(message));
        });

        actor.Tell(1);
        actor.Tell("other");

        _probe.Expect("int", "other");
    }

    [Fact]
    public void A_message_that_no_handler_fits_is_unhandled()
    {
        _harness.System.EventStream.Subscribe<UnhandledMessage>(_probe.Ref);
        var actor = Make((self, _) => self.On<int>(_ => { }));

        actor.Tell("text");

        Assert.Equal("text", _probe.Next<UnhandledMessage>().Message);
    }

    [Fact]
    public void A_handler_behind_ReceiveAny_is_refused()
    {
        _harness.System.EventStream.Subscribe<Error>(_probe.Ref);

        Make((self, _) =>
        {
            self.OnAny(_ => { });
            self.On<int>(_ => { });
        });

        Assert.IsType<InvalidOperationException>(_probe.Next<Error>().Cause.InnerException);
    }

    [Fact]
    public void Handlers_cannot_be_added_while_messages_are_handled()
    {
        _harness.System.EventStream.Subscribe<Error>(_probe.Ref);
        var actor = Make((self, _) => self.On<int>(_ => self.On<string>(_ => { })));

        actor.Tell(1);

        Assert.IsType<InvalidOperationException>(_probe.Next<Error>().Cause);
    }

    [Fact]
    public void Become_replaces_all_handlers()
    {
        var actor = Make((self, probe) =>
        {
            self.On<int>(_ => self.Turn(() => self.On<string>(text => probe.Tell("became " + text))));
            self.OnAny(_ => probe.Tell("first"));
        });

        actor.Tell("text");
        actor.Tell(1);
        actor.Tell("text");

        _probe.Expect("first", "became text");
    }

    private IActorRef Make(Action<Declaring, IActorRef> declare)
    {
        var probe = _probe.Ref;
        return _harness.System.ActorOf(Props.Create(() => new Declaring(declare, probe)));
    }

    private sealed class Declaring : ReceiveActor
    {
        public Declaring(Action<Declaring, IActorRef> declare, IActorRef probe) => declare(this, probe);

        public void On<T>(Action<T> handler, Predicate<T>? when = null)
        {
            if (when is null)
            {
                Receive(handler);
            }
            else
            {
                Receive(when, handler);
            }
        }

        public void OnIf<T>(Func<T, bool> handler) => Receive(handler);

        public void OnAny(Action<object> handler) => ReceiveAny(handler);

        public void Turn(Action configure) => Become(configure);
    }
}
