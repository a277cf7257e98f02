namespace Keva.Journal;

/// <summary>What kind of trouble a file is in, as far as it decides what can be done.</summary>
public enum StorageProblemKind
{
    /// <summary>No space, or a quota is used up. Passes when space returns.</summary>
    DiskFull,

    /// <summary>The file or its file system cannot be written. Passes when it can again.</summary>
    ReadOnly,

    /// <summary>Another process or connection holds the file.</summary>
    InUse,

    /// <summary>
    /// Reading, writing or synchronising failed. Never retried: after a failed synchronisation the operating system may
    /// have dropped the unwritten pages and marked them clean, so that a second attempt succeeds without having
    /// written anything.
    /// </summary>
    InputOutput,

    /// <summary>The file is damaged, cut off, or not one of ours.</summary>
    Corrupt,

    /// <summary>The file was written by a newer version of this program.</summary>
    UnsupportedFormat,

    /// <summary>What was asked for is gone: closed, or replaced by an installed snapshot.</summary>
    Closed,

    /// <summary>A rule of this program was broken.</summary>
    Defect,
}

/// <summary>Trouble with a file: its kind, and one sentence for the operator that names the file and what to do.</summary>
public sealed record StorageProblem(StorageProblemKind Kind, string Message)
{
    /// <summary>Whether the same operation can succeed later without anyone repairing anything but the space.</summary>
    public bool IsTransient => Kind is StorageProblemKind.DiskFull or StorageProblemKind.ReadOnly;

    public override string ToString() => Message;
}

/// <summary>A file operation failed.</summary>
public class StorageException(StorageProblem problem, Exception? inner = null) : IOException(problem.Message, inner)
{
    public StorageProblem Problem { get; } = problem;
}
