using System.Globalization;
using Keva.Journal.Storage;
using Keva.Raft;

namespace Keva.Journal.Directories;

/// <summary>
/// The directory in which a node keeps all that it must not forget. Held by one process at a time, and tied to one node
/// and one cluster. Whatever is not as it must be is refused with an explanation; a node never starts with less than it
/// had, because it would vote as if it had forgotten its votes.
/// </summary>
public sealed class WorkingDirectory : IDisposable
{
    private readonly FileStream held;

    private WorkingDirectory(string path, FileStream held)
    {
        DirectoryPath = path;
        this.held = held;
        Identity = null!;
    }

    public string DirectoryPath { get; }

    /// <summary>The journal's main file.</summary>
    public string JournalPath => Path.Combine(DirectoryPath, "journal.db");

    /// <summary>The checkpoint's main file.</summary>
    public string CheckpointPath => Path.Combine(DirectoryPath, "checkpoint.db");

    /// <summary>Who owns the directory. Replaced by <see cref="Form"/> and <see cref="FoundAnew"/>.</summary>
    public NodeIdentity Identity { get; private set; }

    /// <summary>Whether this call of <see cref="Open"/> made the directory or found it empty.</summary>
    public bool IsNew { get; private init; }

    private string IdentityPath => Path.Combine(DirectoryPath, "node.json");

    /// <summary>Makes the directory if needed, locks it, and reads or draws the identity.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="name">The name of the node that is being started; must be the one that the directory was made for.</param>
    /// <param name="newId">The node's id, should the directory be new.</param>
    /// <param name="cluster">The cluster that the node is told to belong to, if it is told; must be the one that it belongs to.</param>
    /// <exception cref="WorkingDirectoryException">The directory is in use, someone else's, incomplete or unusable.</exception>
    public static WorkingDirectory Open(string path, string name, NodeId newId, ulong? cluster = null)
    {
        var fullPath = Path.GetFullPath(path);
        return Locked(
            fullPath,
            () => Directory.CreateDirectory(fullPath),
            taken => Open(fullPath, taken, name, newId, cluster));
    }

    /// <summary>Locks the directory of a node that was started before, whichever it is, and reads its identity. Makes nothing.</summary>
    /// <exception cref="WorkingDirectoryException">It is no working directory, or is in use, incomplete or unusable.</exception>
    public static WorkingDirectory OpenExisting(string path)
    {
        var fullPath = Path.GetFullPath(path);
        return Locked(
            fullPath,
            () => RequireIdentity(fullPath),
            taken =>
            {
                var directory = new WorkingDirectory(fullPath, taken);
                directory.ReadIdentity();
                directory.RequireJournal();
                return directory;
            });
    }

    /// <summary>
    /// Notes durably that the node belongs to a cluster from now on. Once; the journal must exist, since from now on the
    /// directory is refused without it.
    /// </summary>
    /// <param name="cluster">The cluster's id, not zero.</param>
    /// <param name="firstConfiguration">The encoded configuration that it was formed with, or empty on a node that joins.</param>
    /// <exception cref="IOException">It could not be written; nothing has changed.</exception>
    public void Form(ulong cluster, ReadOnlyMemory<byte> firstConfiguration)
    {
        Invariant.Check(cluster != 0, "a cluster's id is not zero");
        Invariant.Check(!Identity.IsFormed, "a node joins one cluster in its life");
        Invariant.Check(HasContent(JournalPath), "the journal exists before the node belongs to a cluster");
        Save(Identity with { Cluster = cluster, FirstConfiguration = firstConfiguration, IsAdmitted = !firstConfiguration.IsEmpty });
    }

    /// <summary>
    /// Notes durably that the node, a member of one cluster until now, begins another: for an operator who gives the
    /// first one up. From now on none of its members talks to this node.
    /// </summary>
    /// <param name="cluster">The new cluster's id, one that no cluster ever had.</param>
    /// <param name="firstConfiguration">The encoded configuration that it begins with.</param>
    /// <exception cref="IOException">It could not be written; nothing has changed.</exception>
    public void FoundAnew(ulong cluster, ReadOnlyMemory<byte> firstConfiguration)
    {
        Invariant.Check(cluster != 0, "a cluster's id is not zero");
        Invariant.Check(Identity.IsFormed, "a node leaves only a cluster that it belongs to");
        Invariant.Check(cluster != Identity.Cluster, "a new cluster has an id of its own");
        Save(Identity with { Cluster = cluster, FirstConfiguration = firstConfiguration, IsAdmitted = true });
    }

    /// <summary>Notes durably that the node is a member of its cluster, or that it asks to become one once more.</summary>
    /// <exception cref="IOException">It could not be written; nothing has changed.</exception>
    public void SetAdmitted(bool isAdmitted)
    {
        Invariant.Check(Identity.IsFormed, "a node is admitted to the cluster that it belongs to");
        Save(Identity with { IsAdmitted = isAdmitted });
    }

    /// <summary>Gives the directory free for other processes.</summary>
    public void Dispose() => held.Dispose();

    private static WorkingDirectory Open(string path, FileStream taken, string name, NodeId newId, ulong? cluster)
    {
        var identityPath = Path.Combine(path, "node.json");
        var isNew = !File.Exists(identityPath);
        var directory = new WorkingDirectory(path, taken) { IsNew = isNew };
        if (isNew)
        {
            Invariant.Check(!newId.IsNone, "a new node has an id");
            directory.RequireNoData();
            directory.Identity = new NodeIdentity(newId, name, Cluster: 0, ReadOnlyMemory<byte>.Empty);
            AtomicFile.Write(identityPath, NodeIdentityFile.Encode(directory.Identity).Span);
            DirectorySync.Flush(Path.GetDirectoryName(path) ?? path);
            return directory;
        }

        directory.ReadIdentity();
        directory.RequireSame(name, cluster);
        directory.RequireJournal();
        return directory;
    }

    private static WorkingDirectory Locked(string fullPath, Action before, Func<FileStream, WorkingDirectory> open)
    {
        try
        {
            before();
            var taken = DirectoryLock.Take(fullPath);
            try
            {
                return open(taken);
            }
            catch
            {
                taken.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException and not WorkingDirectoryException)
        {
            throw new WorkingDirectoryException($"{fullPath} cannot be used as a working directory: {e.Message}", e);
        }
    }

    private static void RequireIdentity(string fullPath)
    {
        if (!File.Exists(Path.Combine(fullPath, "node.json")))
        {
            throw new WorkingDirectoryException($"{fullPath} is not the working directory of a node: there is no node.json in it.");
        }
    }

    private static bool HasContent(string path) => File.Exists(path) && new FileInfo(path).Length > 0;

    private void ReadIdentity() => Identity = NodeIdentityFile.Decode(File.ReadAllBytes(IdentityPath), IdentityPath);

    private void Save(NodeIdentity identity)
    {
        try
        {
            AtomicFile.Write(IdentityPath, NodeIdentityFile.Encode(identity).Span);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new WorkingDirectoryException($"{IdentityPath} cannot be written: {e.Message}", e);
        }

        Identity = identity;
    }

    private void RequireNoData()
    {
        if (File.Exists(JournalPath) || File.Exists(CheckpointPath))
        {
            throw new WorkingDirectoryException(
                $"{DirectoryPath} holds data, but {IdentityPath} is missing, so it is not known whose data it is. Restore that file, or move "
                + "the directory away and start the node again: it comes back as a new member and is filled from the others.");
        }
    }

    private void RequireSame(string name, ulong? cluster)
    {
        if (!string.Equals(Identity.Name, name, StringComparison.Ordinal))
        {
            throw new WorkingDirectoryException(
                $"{DirectoryPath} belongs to the node '{Identity.Name}' and was given to the node '{name}'. Give each node its own directory, or "
                + $"start it as '{Identity.Name}'.");
        }

        if (cluster is { } expected && Identity.IsFormed && Identity.Cluster != expected)
        {
            throw new WorkingDirectoryException(string.Create(
                CultureInfo.InvariantCulture,
                $"{DirectoryPath} belongs to the cluster {Identity.Cluster:x16}, and the node is to be in the cluster {expected:x16}. Use another directory."));
        }
    }

    private void RequireJournal()
    {
        if (Identity.IsFormed && !HasContent(JournalPath))
        {
            throw new WorkingDirectoryException(
                $"{JournalPath} is missing or empty, and this node is a member of a cluster. Without its journal it could vote twice in one term. "
                + "Move the directory away and start the node again: it comes back as a new member and is filled from the others.");
        }
    }
}
