using Keva.Actors.Event;

namespace Keva.Actors;

/// <summary>
/// The orderly way to stop a system: phases one after another, the tasks of a phase side by side. A task that fails or
/// takes too long is reported on the event stream and left behind; the last phase stops the actors.
/// </summary>
public sealed class CoordinatedShutdown
{
    public const string PhaseBeforeServiceUnbind = "before-service-unbind";
    public const string PhaseServiceUnbind = "service-unbind";
    public const string PhaseServiceRequestsDone = "service-requests-done";
    public const string PhaseServiceStop = "service-stop";
    public const string PhaseBeforeClusterShutdown = "before-cluster-shutdown";
    public const string PhaseClusterLeave = "cluster-leave";
    public const string PhaseClusterExiting = "cluster-exiting";
    public const string PhaseClusterExitingDone = "cluster-exiting-done";
    public const string PhaseClusterShutdown = "cluster-shutdown";
    public const string PhaseBeforeActorSystemTerminate = "before-actor-system-terminate";
    public const string PhaseActorSystemTerminate = "actor-system-terminate";

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    private readonly ActorSystem _system;
    private readonly Lock _gate = new();
    private readonly Phase[] _phases =
    [
        new(PhaseBeforeServiceUnbind), new(PhaseServiceUnbind), new(PhaseServiceRequestsDone), new(PhaseServiceStop),
        new(PhaseBeforeClusterShutdown), new(PhaseClusterLeave), new(PhaseClusterExiting), new(PhaseClusterExitingDone),
        new(PhaseClusterShutdown), new(PhaseBeforeActorSystemTerminate),
        new(PhaseActorSystemTerminate) { Timeout = 2 * DefaultTimeout },
    ];

    private Task<Done>? _run;
    private Reason? _reason;

    internal CoordinatedShutdown(ActorSystem system) => _system = system;

    /// <summary>Why it runs, or none while it does not.</summary>
    public Reason? ShutdownReason => Volatile.Read(ref _reason);

    public static CoordinatedShutdown Get(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        return system.CoordinatedShutdown;
    }

    /// <param name="phase">One of the phases named here.</param>
    /// <param name="taskName">For reports.</param>
    /// <param name="task">Called once, when the phase comes. A task added to a phase that has begun is not called.</param>
    /// <exception cref="ArgumentException">There is no such phase.</exception>
    public void AddTask(string phase, string taskName, Func<Task<Done>> task)
    {
        ArgumentException.ThrowIfNullOrEmpty(taskName);
        ArgumentNullException.ThrowIfNull(task);
        var found = Find(phase);
        lock (_gate)
        {
            found.Tasks.Add((taskName, task));
        }
    }

    /// <summary>How long a phase may take; 5 seconds by default, and 10 for the last one.</summary>
    public TimeSpan Timeout(string phase) => Find(phase).Timeout;

    /// <inheritdoc cref="Timeout"/>
    public void SetTimeout(string phase, TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        Find(phase).Timeout = timeout;
    }

    /// <summary>Runs the phases; each further call gives the task of the first one.</summary>
    public Task<Done> Run(Reason reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        TaskCompletionSource<Done> completion;
        lock (_gate)
        {
            if (_run is not null)
            {
                return _run;
            }

            completion = new(_system.CompletionOptions);
            _run = completion.Task;
            _reason = reason;
        }

        _ = RunPhases(completion);
        return completion.Task;
    }

    private async Task RunPhases(TaskCompletionSource<Done> completion)
    {
        foreach (var phase in _phases)
        {
            (string Name, Func<Task<Done>> Start)[] tasks;
            lock (_gate)
            {
                tasks = [.. phase.Tasks];
            }

            var running = tasks.Select(task => RunTask(phase, task.Name, task.Start)).ToList();
            if (string.Equals(phase.Name, PhaseActorSystemTerminate, StringComparison.Ordinal))
            {
                running.Add(_system.Terminate());
            }

            await WhenAllOrTimeout(phase, running);
        }

        completion.TrySetResult(Done.Instance);
    }

    private async Task RunTask(Phase phase, string name, Func<Task<Done>> start)
    {
        try
        {
            await start();
        }
        catch (Exception exception)
        {
            // One task that fails must not keep the others from their shutdown.
            Report(exception, $"Task {name} of phase {phase.Name} has failed");
        }
    }

    /// <summary>Goes by the system's clock and not by its scheduler, which may have stopped with the actors before.</summary>
    private async Task WhenAllOrTimeout(Phase phase, List<Task> running)
    {
        try
        {
            await Task.WhenAll(running).WaitAsync(phase.Timeout, _system.TimeProvider);
        }
        catch (TimeoutException exception)
        {
            Report(exception, $"Phase {phase.Name} took longer than {phase.Timeout}; the shutdown goes on without waiting");
        }
    }

    private void Report(Exception cause, string what) => _system.EventStream.Publish(new Error(cause, nameof(CoordinatedShutdown), what));

    private Phase Find(string phase) =>
        Array.Find(_phases, candidate => string.Equals(candidate.Name, phase, StringComparison.Ordinal))
        ?? throw new ArgumentException($"There is no shutdown phase '{phase}'");

    /// <summary>Why a system is shut down.</summary>
    public class Reason
    {
        protected Reason()
        {
        }
    }

    public sealed class UnknownReason : Reason
    {
        private UnknownReason()
        {
        }

        public static Reason Instance { get; } = new UnknownReason();
    }

    /// <summary>The process is asked to exit.</summary>
    public sealed class ClrExitReason : Reason
    {
        private ClrExitReason()
        {
        }

        public static Reason Instance { get; } = new ClrExitReason();
    }

    private sealed class Phase(string name)
    {
        public string Name => name;

        public TimeSpan Timeout { get; set; } = DefaultTimeout;

        public List<(string Name, Func<Task<Done>> Start)> Tasks { get; } = [];
    }
}
