using System.Collections.Concurrent;
using Keva.Journal.Checkpoints;

namespace Keva.Journal.Sqlite;

/// <summary>
/// Hands records to whoever loads them on a thread of its own, so that they are worked on while the next ones are read:
/// a large checkpoint loads on two cores. Disposing of it waits until all that was read is handed over.
/// </summary>
internal sealed class LoadAhead : IDisposable
{
    // Enough to even out the two sides; a chunk is some thousand records.
    private const int ChunksAhead = 8;

    private readonly ICheckpointLoad load;
    private readonly BlockingCollection<CheckpointRecord[]> chunks = new(ChunksAhead);
    private readonly Thread thread;

    public LoadAhead(ICheckpointLoad load)
    {
        this.load = load;
        thread = new Thread(Deliver) { IsBackground = true, Name = "keva-load" };
        thread.Start();
    }

    /// <summary>Once, before the first records.</summary>
    public void Describe(CheckpointMetadata metadata, long recordCount) => load.Describe(metadata, recordCount);

    public void Records(CheckpointRecord[] records) => chunks.Add(records);

    public void Dispose()
    {
        chunks.CompleteAdding();
        thread.Join();
        chunks.Dispose();
    }

    private void Deliver()
    {
        foreach (var records in chunks.GetConsumingEnumerable())
        {
            load.Records(records);
        }
    }
}
