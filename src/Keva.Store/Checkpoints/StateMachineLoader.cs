using Keva.Store.Tree;

namespace Keva.Store.Checkpoints;

/// <summary>Why a checkpoint or a snapshot is not the state that it says it is.</summary>
public enum LoadProblem
{
    None,

    /// <summary>Returned when the metadata cannot be that of any state.</summary>
    MalformedMetadata,

    /// <summary>Returned when a record cannot be that of any state, or is newer than the revision in the metadata.</summary>
    MalformedRecord,

    /// <summary>Returned when a key does not come after the one before it: double, or in the wrong order.</summary>
    KeyOutOfOrder,

    /// <summary>Returned when there are more or fewer records than the metadata says.</summary>
    WrongRecordCount,

    /// <summary>Returned when the content does not have the hash that the metadata says.</summary>
    HashMismatch,
}

/// <summary>What came out of loading. There is a state machine if and only if there is no problem.</summary>
/// <param name="Problem">What is wrong, or <see cref="LoadProblem.None"/>.</param>
/// <param name="Detail">The problem in a sentence with its numbers, for the operator; empty without one.</param>
/// <param name="StateMachine">The state machine, at the index of the metadata and with nothing dirty.</param>
public sealed record LoadResult(LoadProblem Problem, string Detail, StateMachine? StateMachine);

/// <summary>
/// Makes a state machine from the records of a checkpoint or a snapshot, which come in the order of their keys, and
/// believes it only if their hash is the one that was written down with them. Nothing that comes in makes it throw.
/// </summary>
public sealed class StateMachineLoader
{
    private readonly CheckpointMetadata metadata;
    private readonly TreeBuilder tree = new();
    private StateHash hash;
    private long count;
    private LoadProblem problem;
    private string detail = "";

    public StateMachineLoader(CheckpointMetadata metadata)
    {
        this.metadata = metadata;
        if (!metadata.IsWellFormed)
        {
            Refuse(LoadProblem.MalformedMetadata, $"The metadata is not that of any state: {metadata}.");
        }
    }

    /// <summary>
    /// Takes the next record; copies it. False once something was wrong: the rest need not be read any more, and
    /// <see cref="Complete"/> says what it was.
    /// </summary>
    public bool Add(RecordView record)
    {
        if (problem != LoadProblem.None)
        {
            return false;
        }

        if (!record.IsWellFormed || record.ModRevision > metadata.Revision)
        {
            return Refuse(LoadProblem.MalformedRecord, $"Record {count} (counted from 0) is malformed or newer than revision {metadata.Revision}.");
        }

        if (!tree.IsInOrder(record.Key))
        {
            return Refuse(LoadProblem.KeyOutOfOrder, $"The key of record {count} (counted from 0) does not come after the one before it.");
        }

        if (count == metadata.RecordCount)
        {
            return Refuse(LoadProblem.WrongRecordCount, $"There are more than the {metadata.RecordCount} records that the metadata says.");
        }

        var own = KeyValueRecord.Create(record);
        tree.Append(own);
        hash.Add(own);
        count++;
        return true;
    }

    /// <summary>To be called once, after the last record.</summary>
    public LoadResult Complete()
    {
        if (problem == LoadProblem.None && count != metadata.RecordCount)
        {
            Refuse(LoadProblem.WrongRecordCount, $"There are {count} records where the metadata says {metadata.RecordCount}.");
        }

        if (problem == LoadProblem.None && hash.At(metadata.Revision) != metadata.StateHash)
        {
            Refuse(LoadProblem.HashMismatch, $"The content has the hash {hash.At(metadata.Revision):x32} where the metadata says {metadata.StateHash:x32}.");
        }

        return problem == LoadProblem.None
            ? new LoadResult(problem, detail, new StateMachine(tree.Build(), hash, metadata))
            : new LoadResult(problem, detail, null);
    }

    private bool Refuse(LoadProblem refusal, string sentence)
    {
        problem = refusal;
        detail = sentence;
        return false;
    }
}
