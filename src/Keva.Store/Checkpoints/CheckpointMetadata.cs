namespace Keva.Store.Checkpoints;

/// <summary>What a checkpoint, a delta or a snapshot says of the state that it makes up.</summary>
/// <param name="AppliedIndex">The last entry whose effect is in it; 0 before the first.</param>
/// <param name="AppliedTerm">The term of that entry.</param>
/// <param name="Revision">The revision counter.</param>
/// <param name="RecordCount">How many keys there are.</param>
/// <param name="StateHash">The hash of the state, which proves the rest.</param>
public readonly record struct CheckpointMetadata(
    long AppliedIndex,
    long AppliedTerm,
    long Revision,
    long RecordCount,
    UInt128 StateHash)
{
    /// <summary>Whether a state machine can have had these numbers. To be asked of all that comes from outside.</summary>
    public bool IsWellFormed =>
        AppliedIndex >= 0 && AppliedTerm >= 0 && Revision >= 0 && RecordCount >= 0
        && (AppliedIndex == 0) == (AppliedTerm == 0)
        && (AppliedIndex > 0 || Revision == 0) && (Revision > 0 || RecordCount == 0)
        && AppliedIndex <= MaxCounter && AppliedTerm <= MaxCounter && Revision <= MaxCounter;

    // Nobody counts this far one by one, and arithmetic on what was let in cannot overflow.
    private const long MaxCounter = long.MaxValue / 2;
}
