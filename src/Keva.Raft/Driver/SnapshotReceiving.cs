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
    private long nextChunk;
    private bool writing;
    private bool lastWritten;

    /// <summary>True while a complete snapshot is being put in place.</summary>
    public bool IsInstalling { get; private set; }

    /// <summary>The sender and the answer to give it at once, or null if the answer comes later or none is due.</summary>
    public InstallSnapshotResponse? OnChunk(NodeId from, InstallSnapshotRequest request, Term term)
    {
        if (IsInstalling)
        {
            return null;
        }

        if (snapshot?.LastEntry != request.Snapshot)
        {
            if (request.ChunkNumber != 0 || writing)
            {
                return new InstallSnapshotResponse(term, request.Snapshot, 0, Installed: false);
            }

            snapshot = new SnapshotDescription(request.Snapshot, request.Configuration);
            nextChunk = 0;
            port.BeginReceive(snapshot);
        }

        sender = from;
        if (writing)
        {
            return null;
        }

        if (request.ChunkNumber != nextChunk)
        {
            return new InstallSnapshotResponse(term, request.Snapshot, nextChunk, Installed: false);
        }

        writing = true;
        lastWritten = request.IsLast;
        port.WriteChunk(nextChunk, request.Data);
        return null;
    }

    /// <summary>
    /// A piece is kept. The answer for the sender, or null when that was the last piece: then the installation begins.
    /// </summary>
    public (NodeId To, InstallSnapshotResponse Response)? OnChunkWritten(Term term)
    {
        if (snapshot is null)
        {
            return null;
        }

        writing = false;
        nextChunk++;
        if (!lastWritten)
        {
            return (sender, new InstallSnapshotResponse(term, snapshot.LastEntry, nextChunk, Installed: false));
        }

        IsInstalling = true;
        port.Install(snapshot);
        return null;
    }

    /// <summary>The snapshot is in place: what of, and whom to tell.</summary>
    public (NodeId To, SnapshotDescription Snapshot) OnInstalled()
    {
        Invariant.Check(IsInstalling && snapshot is not null, "an installed snapshot was being installed");
        var installed = (sender, snapshot);
        Forget();
        return installed;
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
