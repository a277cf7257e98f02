using Keva.Actors;
using Keva.Actors.Event;
using Shutdown = Keva.Actors.CoordinatedShutdown;

namespace Keva.Tests.Actors;

public sealed class CoordinatedShutdownTests
{
    public static TheoryData<Dispatch> Dispatchers => ActorHarness.Dispatchers;

    [Theory, MemberData(nameof(Dispatchers))]
    public void Phases_run_in_their_order_and_the_actors_end_last(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var shutdown = Shutdown.Get(harness.System);
        var log = new List<string>();
        foreach (var phase in new[] { Shutdown.PhaseBeforeActorSystemTerminate, Shutdown.PhaseServiceUnbind, Shutdown.PhaseClusterLeave })
        {
            shutdown.AddTask(phase, "log", () =>
            {
                log.Add(phase);
                Assert.False(harness.System.WhenTerminated.IsCompleted);
                return Task.FromResult(Done.Instance);
            });
        }

        harness.Wait(Run(harness));

        Assert.Equal([Shutdown.PhaseServiceUnbind, Shutdown.PhaseClusterLeave, Shutdown.PhaseBeforeActorSystemTerminate], log);
        Assert.True(harness.System.WhenTerminated.IsCompleted);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_phase_begins_when_all_tasks_of_the_one_before_are_done(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var shutdown = Shutdown.Get(harness.System);
        var (first, second) = (new TaskCompletionSource<Done>(), new TaskCompletionSource<Done>());
        var reached = false;
        shutdown.AddTask(Shutdown.PhaseServiceUnbind, "first", () => first.Task);
        shutdown.AddTask(Shutdown.PhaseServiceUnbind, "second", () => second.Task);
        shutdown.AddTask(Shutdown.PhaseServiceStop, "next", () =>
        {
            reached = true;
            return Task.FromResult(Done.Instance);
        });

        var run = Run(harness);
        harness.Execute(() => second.SetResult(Done.Instance));
        Assert.False(reached);
        harness.Execute(() => first.SetResult(Done.Instance));
        harness.Wait(run);

        Assert.True(reached);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_phase_that_takes_too_long_is_reported_and_left_behind(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var shutdown = Shutdown.Get(harness.System);
        var errors = new List<Error>();
        using var log = harness.System.EventStream.Subscribe<Error>(errors.Add);
        shutdown.SetTimeout(Shutdown.PhaseServiceStop, TimeSpan.FromSeconds(3));
        shutdown.AddTask(Shutdown.PhaseServiceStop, "hangs", () => new TaskCompletionSource<Done>().Task);

        var run = Run(harness);
        harness.Advance(TimeSpan.FromSeconds(2.9));
        Assert.False(run.IsCompleted);
        harness.Advance(TimeSpan.FromSeconds(0.1));
        harness.Wait(run);

        Assert.IsType<TimeoutException>(Assert.Single(errors).Cause);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_task_that_fails_is_reported_and_does_not_stop_the_shutdown(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var errors = new List<Error>();
        using var log = harness.System.EventStream.Subscribe<Error>(errors.Add);
        Shutdown.Get(harness.System).AddTask(Shutdown.PhaseServiceStop, "fails", () => throw new InvalidDataException("torn"));

        harness.Wait(Run(harness));

        Assert.Equal("torn", Assert.Single(errors).Cause.Message);
        Assert.True(harness.System.WhenTerminated.IsCompleted);
    }

    [Theory, MemberData(nameof(Dispatchers))]
    public void A_second_call_gives_the_same_run(Dispatch dispatch)
    {
        using var harness = new ActorHarness(dispatch);
        var shutdown = Shutdown.Get(harness.System);
        var calls = 0;
        shutdown.AddTask(Shutdown.PhaseServiceStop, "counts", () =>
        {
            calls++;
            return Task.FromResult(Done.Instance);
        });
        Assert.Null(shutdown.ShutdownReason);

        var run = Run(harness);
        Assert.Same(run, shutdown.Run(Shutdown.ClrExitReason.Instance));
        harness.Wait(run);

        Assert.Equal(1, calls);
        Assert.Same(Shutdown.UnknownReason.Instance, shutdown.ShutdownReason);
    }

    [Fact]
    public void An_unknown_phase_is_refused()
    {
        using var harness = new ActorHarness(Dispatch.Deterministic);

        Assert.Throws<ArgumentException>(() => Shutdown.Get(harness.System).AddTask("lunch", "eat", () => Task.FromResult(Done.Instance)));
    }

    private static Task<Done> Run(ActorHarness harness)
    {
        Task<Done>? run = null;
        harness.Execute(() => run = Shutdown.Get(harness.System).Run(Shutdown.UnknownReason.Instance));
        return run!;
    }
}
