namespace Keva.Journal;

/// <summary>
/// The journal is damaged: a row is torn, changed or missing, or the file is not a journal. The node must not take part
/// in elections on what is left of it, because it may have forgotten a vote or an entry that it acknowledged.
/// </summary>
/// <param name="file">The damaged file.</param>
/// <param name="row">The number of the damaged row, where one can be named.</param>
/// <param name="damage">What is wrong, a clause without a full stop.</param>
public sealed class JournalCorruptException(string file, long? row, string damage, Exception? inner = null)
    : StorageException(new StorageProblem(StorageProblemKind.Corrupt, Describe(file, row, damage)), inner)
{
    public string File { get; } = file;

    public long? Row { get; } = row;

    private static string Describe(string file, long? row, string damage) =>
        $"{file}{(row is { } number ? $", row {number}" : "")}: {damage}. The node refuses to vote on a damaged journal. "
        + "Check the disk, move the working directory away and start the node again: it comes back as a new member and "
        + "is filled from the others. If no other member has the data, restore the directory from a backup.";
}
