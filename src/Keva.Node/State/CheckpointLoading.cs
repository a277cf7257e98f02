using Keva.Journal;
using Keva.Journal.Checkpoints;
using Keva.Raft.Membership;
using Keva.Store;
using Keva.Store.Checkpoints;

namespace Keva.Node.State;

/// <summary>The state as it was in the checkpoint; empty, with no configuration, if there was none.</summary>
public sealed record CheckpointLoaded(StateMachine State, ClusterConfiguration? Configuration);

/// <summary>The checkpoint cannot be used; the message says why and what to do.</summary>
public sealed record CheckpointRefused(string Problem);

/// <summary>Builds the state while the checkpoint is read, on the checkpoint's thread, and tells how that ended.</summary>
internal sealed class CheckpointLoading(Action<object> tell) : ICheckpointLoad
{
    private StateMachineLoader? loader;
    private Keva.Journal.Checkpoints.CheckpointMetadata? metadata;

    public void Describe(Keva.Journal.Checkpoints.CheckpointMetadata description, long recordCount)
    {
        metadata = description;
        loader = new StateMachineLoader(CheckpointRecords.ToStore(description, recordCount));
    }

    public void Records(CheckpointRecord[] records)
    {
        foreach (ref readonly var record in records.AsSpan())
        {
            if (!loader!.Add(CheckpointRecords.View(record)))
            {
                return;
            }
        }
    }

    public void Loaded(Keva.Journal.Checkpoints.CheckpointMetadata? _)
    {
        if (loader is null)
        {
            tell(new CheckpointLoaded(new StateMachine(), null));
            return;
        }

        var result = loader.Complete();
        tell(result.StateMachine is { } state
            ? new CheckpointLoaded(state, metadata!.Configuration)
            : new CheckpointRefused(
                $"the checkpoint is damaged: {result.Detail} Empty the working directory so that the node gets its data from the others"));
    }

    public void Refused(StorageProblem problem) => tell(new CheckpointRefused(problem.Message));
}
