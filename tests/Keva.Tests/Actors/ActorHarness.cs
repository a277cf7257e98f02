using System.Collections.Concurrent;
using Keva.Actors;
using Keva.Actors.Dispatch;
using Keva.Actors.Simulation;

namespace Keva.Tests.Actors;

public enum Dispatch
{
    ThreadPool,
    Pinned,
    Deterministic,
}

/// <summary>One system on one kind of dispatcher, and the way to wait and to let time pass that goes with it.</summary>
internal sealed class ActorHarness : IDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly DeterministicDispatcher? _world;
    private readonly ManualTime _time = new();

    public ActorHarness(Dispatch dispatch, SupervisorStrategy? guardian = null)
    {
        ActorSystemOptions options;
        if (dispatch == Dispatch.Deterministic)
        {
            _world = new DeterministicDispatcher(seed: 17);
            options = _world.AddHost("host").Options;
        }
        else
        {
            options = new ActorSystemOptions
            {
                Dispatcher = dispatch == Dispatch.Pinned ? PinnedDispatcher.Instance : ThreadPoolDispatcher.Instance,
                TimeProvider = _time,
            };
        }

        System = ActorSystem.Create("test", options with { GuardianSupervisorStrategy = guardian ?? SupervisorStrategy.DefaultStrategy });
    }

    public static TheoryData<Dispatch> Dispatchers => [Dispatch.ThreadPool, Dispatch.Pinned, Dispatch.Deterministic];

    public ActorSystem System { get; }

    public Probe NewProbe() => new(this);

    public IActorRef Puppet(Action<Puppet, object> handle, IActorRef? log = null, string? name = null) =>
        System.ActorOf(Props.Create(() => new Puppet(handle) { Log = log }), name);

    /// <summary>Lets time pass; timers fire, and what the actors make of it may still be under way.</summary>
    public void Advance(TimeSpan duration)
    {
        if (_world is not null)
        {
            _world.AdvanceBy(duration);
        }
        else
        {
            _time.Advance(duration);
        }
    }

    public void WaitUntil(Func<bool> condition)
    {
        var holds = _world?.RunUntil(condition, TimeSpan.Zero) ?? SpinWait.SpinUntil(condition, Deadline);
        Assert.True(holds, "Did not come to pass in time");
    }

    public T Wait<T>(Task<T> task)
    {
        Wait((Task)task);
        return task.Result;
    }

    public void Wait(Task task)
    {
        if (_world is not null)
        {
            Assert.True(_world.RunUntil(() => task.IsCompleted, TimeSpan.Zero), "Did not complete");
        }

        Assert.True(Task.WhenAny(task).Wait(Deadline), "Did not complete in time");
        task.GetAwaiter().GetResult();
    }

    /// <summary>Runs code that awaits, where its continuations belong.</summary>
    public void Execute(Action action)
    {
        if (_world is not null)
        {
            _world.Execute(action);
        }
        else
        {
            action();
        }
    }

    public void Dispose()
    {
        _ = System.Terminate();
        _world?.RunUntilIdle();
        Assert.True(System.WhenTerminated.Wait(Deadline), "The system did not end");
    }
}

/// <summary>An actor that keeps what it gets for the test to take.</summary>
internal sealed class Probe
{
    private readonly ActorHarness _harness;
    private readonly BlockingCollection<(object Message, IActorRef Sender)> _received = [];

    public Probe(ActorHarness harness)
    {
        _harness = harness;
        Ref = harness.Puppet((self, message) =>
        {
            if (message is Action<Puppet> task)
            {
                task(self);
            }
            else
            {
                _received.Add((message, self.From));
            }
        });
    }

    public IActorRef Ref { get; }

    public IActorRef LastSender { get; private set; } = ActorRefs.Nobody;

    public object Next()
    {
        _harness.WaitUntil(() => _received.Count > 0);
        (var message, LastSender) = _received.Take();
        return message;
    }

    public T Next<T>() => Assert.IsAssignableFrom<T>(Next());

    public void Expect(params object[] messages)
    {
        foreach (var message in messages)
        {
            Assert.Equal(message, Next());
        }
    }

    /// <summary>Whatever was told to it before has arrived now, and it was nothing.</summary>
    public void ExpectNothingMore()
    {
        var marker = new object();
        Ref.Tell(marker, ActorRefs.NoSender);
        Assert.Same(marker, Next());
    }

    public void Watch(IActorRef subject) => Ref.Tell(new Action<Puppet>(self => self.Ctx.Watch(subject)), ActorRefs.NoSender);

    public void Unwatch(IActorRef subject) => Ref.Tell(new Action<Puppet>(self => self.Ctx.Unwatch(subject)), ActorRefs.NoSender);
}

/// <summary>An actor whose strings the test pulls; what happens to it is told to <see cref="Log"/>.</summary>
internal sealed class Puppet(Action<Puppet, object> handle) : UntypedActor, IWithTimers
{
    public IActorRef? Log { get; init; }

    public SupervisorStrategy? Strategy { get; init; }

    public Action<Puppet>? Starting { get; init; }

    /// <summary>Whether a restart stops the children, as it does by default.</summary>
    public bool KeepsChildren { get; init; }

    public IActorContext Ctx => Context;

    public IActorRef Me => Self;

    public IActorRef From => Sender;

    /// <summary>Counts for the test; gone with the incarnation.</summary>
    public int Count { get; set; }

    public ITimerScheduler Timers { get; set; } = null!;

    public void NotMine(object message) => Unhandled(message);

    protected override void OnReceive(object message) => handle(this, message);

    protected override void PreStart()
    {
        Log?.Tell("PreStart");
        Starting?.Invoke(this);
    }

    protected override void PostStop() => Log?.Tell("PostStop " + Self.Path.Name);

    protected override void PreRestart(Exception reason, object? message)
    {
        Log?.Tell($"PreRestart {reason.Message} {message}");
        if (!KeepsChildren)
        {
            base.PreRestart(reason, message);
        }
    }

    protected override void PostRestart(Exception reason)
    {
        Log?.Tell("PostRestart " + reason.Message);
        base.PostRestart(reason);
    }

    protected override SupervisorStrategy SupervisorStrategy() => Strategy ?? base.SupervisorStrategy();
}
