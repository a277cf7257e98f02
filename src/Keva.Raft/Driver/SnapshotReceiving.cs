using Keva.Raft.Messages;

namespace Keva.Raft.Driver;

/// <summary>
/// A snapshot that this follower takes in: pieces in order, each answered once it is safely kept, the last one once the
/// whole is in place.
/// </summary>
internal sealed class SnapshotReceiving(ISnapshotPort port)
{
    private SnapshotDescription? snapshot;
    private NodeId sender;
    private Term term;
    private long nextChunk;
    private bool writing;
    private bool lastWritten;

    /// <summary>True while a complete snapshot is being put in place.</summary>
    public bool IsInstalling { get; private set; }

    /// <summary>The last entry of the snapshot that is being taken in, or null.</summary>
    public EntryId? LastEntry => snapshot?.LastEntry;

    /// <summary>The answer to give at once, or null if it comes later or none is due.</summary>
    public InstallSnapshotResponse? OnChunk(NodeId from, InstallSnapshotRequest request)
    {
        // One leader in one term is one process: it cuts the same snapshot into the same pieces every time. Another
        // may cut them elsewhere, and pieces of the two must not be mixed.
        var isSame = snapshot?.LastEntry == request.Snapshot && sender == from && term == request.Term;
        if (IsInstalling)
        {
            // The sender sees that all has arrived and need not give up, however long this takes.
            return isSame ? Answer(nextChunk) : null;
        }

        if (writing)
        {
            return isSame ? null : BeginAgain();
        }

        if (request.ChunkNumber == 0)
        {
            // Also when pieces of it are here: the sender has lost count of them.
            Begin(from, request);
        }
        else if (!isSame)
        {
            return BeginAgain();
        }
        else if (request.ChunkNumber != nextChunk)
        {
            return Answer(nextChunk);
        }

        writing = true;
        lastWritten = request.IsLast;
        port.WriteChunk(nextChunk, request.Data);
        return null;

        InstallSnapshotResponse Answer(long next) => new(request.Term, request.Snapshot, next, Installed: false);

        InstallSnapshotResponse BeginAgain() => Answer(0);
    }

    /// <summary>
    /// A piece is kept. The answer for the sender, or null when that was the last piece: then the installation begins.
    /// </summary>
    public (NodeId To, InstallSnapshotResponse Response)? OnChunkWritten(Term currentTerm)
    {
        if (snapshot is null)
        {
            return null;
        }

        writing = false;
        nextChunk++;
        if (!lastWritten)
        {
            return (sender, new InstallSnapshotResponse(currentTerm, snapshot.LastEntry, nextChunk, Installed: false));
        }

        IsInstalling = true;
        port.Install(snapshot);
        return null;
    }

    /// <summary>
    /// The log has come to hold all that the snapshot covers, so it is not needed any more. To be called when no piece
    /// is being written; tells who sent it.
    /// </summary>
    public NodeId GiveUp()
    {
        Invariant.Check(!IsInstalling, "an installation that has begun is finished");
        Forget();
        return sender;
    }

    /// <summary>The snapshot is in place: what of, and whom to tell.</summary>
    public (NodeId To, SnapshotDescription Snapshot) OnInstalled()
    {
        Invariant.Check(IsInstalling && snapshot is not null, "an installed snapshot was being installed");
        var installed = (sender, snapshot);
        Forget();
        return installed;
    }

    private void Begin(NodeId from, InstallSnapshotRequest request)
    {
        snapshot = new SnapshotDescription(request.Snapshot, request.Configuration);
        sender = from;
        term = request.Term;
        nextChunk = 0;
        port.BeginReceive(snapshot);
    }

    /// <summary>Back to the start: the sender's next piece is answered with "begin again".</summary>
    public void Forget()
    {
        snapshot = null;
        nextChunk = 0;
        writing = false;
        IsInstalling = false;
    }
}
