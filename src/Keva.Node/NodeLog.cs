using Microsoft.Extensions.Logging;

namespace Keva.Node;

/// <summary>Every line that a node logs about itself. Event ids are stable.</summary>
internal static partial class NodeLog
{
    [LoggerMessage(100, LogLevel.Information, "Recovered {Keys} keys from the checkpoint at entry {Index}, {Entries} entries from the journal, term {Term}")]
    public static partial void Recovered(ILogger logger, long keys, long index, int entries, long term);

    [LoggerMessage(101, LogLevel.Information, "Formed cluster '{Name}' ({Id})")]
    public static partial void ClusterFormed(ILogger logger, string name, string id);

    [LoggerMessage(102, LogLevel.Information, "Not yet part of a cluster: {Reason}")]
    public static partial void WaitingToForm(ILogger logger, string reason);

    [LoggerMessage(103, LogLevel.Information, "Serving keys on {Http}, other nodes on {Peer}; data in {Directory}")]
    public static partial void Serving(ILogger logger, string http, string peer, string directory);

    [LoggerMessage(104, LogLevel.Information, "Stopping")]
    public static partial void Stopping(ILogger logger);

    [LoggerMessage(105, LogLevel.Information, "Stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(106, LogLevel.Critical, "The node stops: {Reason}")]
    public static partial void Failed(ILogger logger, string reason);

    [LoggerMessage(107, LogLevel.Error, "Actor {Path} failed")]
    public static partial void ActorFailed(ILogger logger, string path, Exception? cause);

    [LoggerMessage(200, LogLevel.Information, "Term {Term}: {Leader} leads; this node is {Role}")]
    public static partial void LeadershipChanged(ILogger logger, long term, string leader, string role);

    [LoggerMessage(201, LogLevel.Warning, "Dropped proposals that {Name} forwarded: one of them is not a command")]
    public static partial void MalformedProposals(ILogger logger, string name);

    [LoggerMessage(300, LogLevel.Information, "Connected to {Name} at {Address}")]
    public static partial void PeerUp(ILogger logger, string name, string address);

    [LoggerMessage(301, LogLevel.Warning, "Lost {Name} at {Address}: {Reason}")]
    public static partial void PeerDown(ILogger logger, string name, string address, string reason);

    [LoggerMessage(302, LogLevel.Information, "No connection to {Address} yet: {Reason}")]
    public static partial void PeerUnreachable(ILogger logger, string address, string reason);

    [LoggerMessage(303, LogLevel.Warning, "Closed a connection from {RemoteEndPoint}: {Reason}")]
    public static partial void ConnectionRejected(ILogger logger, string remoteEndPoint, string reason);

    [LoggerMessage(304, LogLevel.Warning, "Closed {Count} more connections for the same or further reasons")]
    public static partial void ConnectionsRejected(ILogger logger, int count);

    [LoggerMessage(400, LogLevel.Error, "The journal takes no writes; reads go on. {Problem}")]
    public static partial void JournalStalled(ILogger logger, string problem);

    [LoggerMessage(401, LogLevel.Information, "The journal takes writes again")]
    public static partial void JournalResumed(ILogger logger);

    [LoggerMessage(402, LogLevel.Warning, "The checkpoint could not be written and will be tried again: {Problem}")]
    public static partial void CheckpointPostponed(ILogger logger, string problem);

    [LoggerMessage(403, LogLevel.Information, "Sending a snapshot to {Peer}: entry {Index}, {Keys} keys")]
    public static partial void SnapshotSending(ILogger logger, string peer, long index, long keys);

    [LoggerMessage(404, LogLevel.Warning, "No snapshot for {Peer}: {Problem}")]
    public static partial void SnapshotNotOpened(ILogger logger, string peer, string problem);

    [LoggerMessage(405, LogLevel.Warning, "The snapshot for {Peer} cannot be read on: {Problem}")]
    public static partial void SnapshotNotRead(ILogger logger, string peer, string problem);

    [LoggerMessage(406, LogLevel.Information, "This node is too far behind for the log; receiving a snapshot of entry {Index}")]
    public static partial void SnapshotReceiving(ILogger logger, long index);

    [LoggerMessage(407, LogLevel.Information, "Installed the snapshot of entry {Index} with {Keys} keys")]
    public static partial void SnapshotInstalled(ILogger logger, long index, long keys);

    [LoggerMessage(408, LogLevel.Warning, "Receiving a snapshot failed and begins anew: {Problem}")]
    public static partial void SnapshotNotReceived(ILogger logger, string problem);

    [LoggerMessage(500, LogLevel.Information, "Gossip: {Name} at {Address} is there")]
    public static partial void GossipMemberJoined(ILogger logger, string name, string address);

    [LoggerMessage(501, LogLevel.Information, "Gossip: {Name} at {Address} has left")]
    public static partial void GossipMemberLeft(ILogger logger, string name, string address);

    [LoggerMessage(502, LogLevel.Warning, "Gossip: {Name} at {Address} has failed")]
    public static partial void GossipMemberFailed(ILogger logger, string name, string address);

    [LoggerMessage(503, LogLevel.Information, "Gossip: {Name} at {Address} is forgotten")]
    public static partial void GossipMemberForgotten(ILogger logger, string name, string address);

    [LoggerMessage(504, LogLevel.Warning, "Gossip: two nodes are called {Name}: the one known is at {Known}, another at {Claimant}")]
    public static partial void GossipNameConflict(ILogger logger, string name, string known, string claimant);

    [LoggerMessage(505, LogLevel.Information, "Gossip: none of {Count} seeds answers yet; {Address}: {Reason}")]
    public static partial void GossipSeedsSilent(ILogger logger, int count, string address, string reason);

    [LoggerMessage(506, LogLevel.Error, "The gossip keyring could not be written: {Problem}")]
    public static partial void GossipKeyringNotSaved(ILogger logger, string problem);

    [LoggerMessage(520, LogLevel.Information, "As leader, this node {Change}")]
    public static partial void MembersChanging(ILogger logger, string change);

    [LoggerMessage(521, LogLevel.Information, "Joining the cluster '{Cluster}' ({ClusterId})")]
    public static partial void Joining(ILogger logger, string cluster, string clusterId);

    [LoggerMessage(522, LogLevel.Information, "Members are now: {Members}")]
    public static partial void MembersChanged(ILogger logger, string members);

    [LoggerMessage(523, LogLevel.Information, "This node has left the cluster")]
    public static partial void Left(ILogger logger);

    [LoggerMessage(524, LogLevel.Information, "Waiting to join a cluster: {Reason}")]
    public static partial void WaitingToJoin(ILogger logger, string reason);

    [LoggerMessage(600, LogLevel.Warning, "{Code}: {Text} {Hint}")]
    public static partial void WarningRaised(ILogger logger, string code, string text, string hint);

    [LoggerMessage(601, LogLevel.Information, "{Code}: over after {Seconds} s. It was: {Text}")]
    public static partial void WarningOver(ILogger logger, string code, long seconds, string text);

    [LoggerMessage(602, LogLevel.Error, "An instrument could not be read for /metrics; the others are there")]
    public static partial void MetricFailed(ILogger logger, Exception exception);

    [LoggerMessage(603, LogLevel.Warning, "Telemetry cannot be sent to {Endpoint}, and what waits for it may be dropped: {Reason}")]
    public static partial void TelemetryNotSent(ILogger logger, string endpoint, string reason);

    [LoggerMessage(604, LogLevel.Error, "This node does not look for warnings any more")]
    public static partial void WatchFailed(ILogger logger, Exception exception);
}
