using System.Collections.Immutable;
using Keva.Journal.Checkpoints;

namespace Keva.Journal.Simulation;

/// <summary>What outlives a <see cref="SimulatedCheckpointStore"/>: the last checkpoint that reached the disk, and the moods of the disk.</summary>
public sealed class SimulatedCheckpointDisk
{
    internal static readonly ImmutableSortedDictionary<ReadOnlyMemory<byte>, CheckpointRecord> NoRecords =
        ImmutableSortedDictionary.Create<ReadOnlyMemory<byte>, CheckpointRecord>(KeyOrder.Instance);

    /// <summary>No write succeeds, until this is taken back.</summary>
    public bool IsFull { get; set; }

    /// <summary>The next write fails for good.</summary>
    public bool IsFailing { get; set; }

    /// <summary>The shortest time that anything takes.</summary>
    public TimeSpan MinimumLatency { get; set; } = TimeSpan.FromMicroseconds(200);

    /// <summary>The longest time that anything takes.</summary>
    public TimeSpan MaximumLatency { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The last checkpoint is damaged: the next load refuses it.</summary>
    public bool IsDamaged { get; set; }

    /// <summary>What the checkpoint is of; null in a new one.</summary>
    public CheckpointMetadata? Metadata { get; internal set; }

    internal ImmutableSortedDictionary<ReadOnlyMemory<byte>, CheckpointRecord> Records { get; set; } = NoRecords;

    /// <summary>Forgets everything: a new disk.</summary>
    public void Wipe()
    {
        Records = NoRecords;
        Metadata = null;
        IsDamaged = false;
    }

    /// <summary>Keys in the order of their bytes.</summary>
    private sealed class KeyOrder : IComparer<ReadOnlyMemory<byte>>
    {
        public static readonly KeyOrder Instance = new();

        public int Compare(ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right) => left.Span.SequenceCompareTo(right.Span);
    }
}
