using Keva.Journal;
using Keva.Journal.Directories;
using Keva.Node.State;
using Keva.Node.Transport;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Membership;

namespace Keva.Node.Offline;

/// <summary>
/// The working directory of a node that does not run, held so that it cannot be started meanwhile, and read as a start
/// would read it. Whatever a node would refuse to start from is refused here, too.
/// </summary>
public sealed class StoppedNode : IDisposable
{
    private readonly WorkingDirectory directory;
    private readonly IJournal journal;
    private readonly JournalAnswers answers;
    private readonly ClusterRecovery recovery;

    private StoppedNode(WorkingDirectory directory, IJournal journal, JournalAnswers answers, ClusterRecovery recovery)
    {
        this.directory = directory;
        this.journal = journal;
        this.answers = answers;
        this.recovery = recovery;
    }

    public string DirectoryPath => directory.DirectoryPath;

    /// <summary>What is known of the node as it was found.</summary>
    public Survivor Survivor => recovery.Survivor;

    /// <param name="path">The node's working directory.</param>
    /// <exception cref="IOException">It is in use, incomplete, damaged, or of no cluster; the message says which, and what to do.</exception>
    public static Task<StoppedNode> OpenAsync(string path) =>
        OpenAsync(path, (file, events) => SqliteJournal.Open(file, events, new JournalOptions { ReserveBytes = 0 }));

    /// <param name="path">The node's working directory.</param>
    /// <param name="openJournal">Opens the journal in a file.</param>
    internal static async Task<StoppedNode> OpenAsync(string path, Func<string, IJournalEvents, IJournal> openJournal)
    {
        var held = WorkingDirectory.OpenExisting(path);
        IJournal? opened = null;
        try
        {
            if (!held.Identity.IsFormed)
            {
                throw new ClusterRecoveryException(
                    $"{held.DirectoryPath} belongs to '{held.Identity.Name}', which has never been part of a cluster: it has no data, and there is nothing to recover");
            }

            var checkpoint = await LoadCheckpointAsync(held.CheckpointPath);
            var events = new JournalAnswers();
            opened = openJournal(held.JournalPath, events);
            opened.Recover(GroupId.Zero);
            return new StoppedNode(held, opened, events, ClusterRecovery.Plan(held.Identity, await events.Log, checkpoint));
        }
        catch
        {
            opened?.Dispose();
            held.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Makes the node a cluster of one. First the new id is written, which keeps away all nodes that know the old one; then
    /// the journal. Should it end in between, the node waits for a majority that never talks to it again, until this is
    /// done once more. Once for each opening.
    /// </summary>
    /// <param name="cluster">The new cluster's id, one that no cluster ever had.</param>
    /// <exception cref="IOException">It is not done; the message says why. It can be done again.</exception>
    public async Task RecoverAsync(ClusterId cluster)
    {
        directory.FoundAnew(cluster.Value, ClusterConfigurationCodec.Encode(recovery.Configuration));
        journal.Enqueue(recovery.Write);
        try
        {
            await answers.Written;
        }
        catch (StorageException exception)
        {
            throw new ClusterRecoveryException(
                $"'{Survivor.Name}' has got its new cluster id {cluster}, but its journal could not be written. Recover it again when this is put right: {exception.Message}",
                exception);
        }
    }

    public void Dispose()
    {
        journal.Dispose();
        directory.Dispose();
    }

    private static async Task<CheckpointLoaded> LoadCheckpointAsync(string path)
    {
        if (!File.Exists(path))
        {
            return new CheckpointLoaded(new Keva.Store.StateMachine(), Configuration: null);
        }

        using var checkpoints = SqliteCheckpointStore.Open(path);
        var loading = new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously);
        checkpoints.Load(new CheckpointLoading(loading.SetResult));
        return await loading.Task switch
        {
            CheckpointLoaded loaded => loaded,
            CheckpointRefused refused => throw new ClusterRecoveryException(refused.Problem),
            var other => throw new InvalidOperationException($"loading a checkpoint ended in {other.GetType().Name}"),
        };
    }

    /// <summary>What the journal says, as tasks. They go on elsewhere than on its thread, which waits for nobody.</summary>
    private sealed class JournalAnswers : IJournalEvents
    {
        private readonly TaskCompletionSource<RecoveredLog> log = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<RecoveredLog> Log => log.Task;

        public Task Written => written.Task;

        public void Recovered(GroupId group, RecoveredLog recovered) => log.TrySetResult(recovered);

        public void Persisted(GroupId group, long sequence) => written.TrySetResult();

        public void Committed(JournalCommit commit)
        {
        }

        // The journal would go on trying, as a node must. An operator can make room and call again.
        public void Stalled(StorageProblem problem) => Fail(new StorageException(problem));

        public void Resumed()
        {
        }

        public void Failed(StorageProblem problem, Exception cause) => Fail(new StorageException(problem, cause));

        private void Fail(StorageException exception)
        {
            log.TrySetException(exception);
            written.TrySetException(exception);

            // Only one of the two is waited for.
            _ = log.Task.Exception;
            _ = written.Task.Exception;
        }
    }
}
