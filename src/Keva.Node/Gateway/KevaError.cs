namespace Keva.Node.Gateway;

/// <summary>Every error that a user can meet and act on. The HTTP status of each is in one table, <c>ErrorMap</c>.</summary>
public enum KevaError
{
    /// <summary>Returned when the request cannot be understood: JSON, command, key or parameter.</summary>
    BadRequest,

    /// <summary>Returned by <c>POST /</c> when there is no such key, and for paths that do not exist.</summary>
    NotFound,

    /// <summary>Returned when a path does not know the method.</summary>
    MethodNotAllowed,

    /// <summary>Returned when a body is of a type that the interface does not read.</summary>
    UnsupportedMediaType,

    /// <summary>Returned when a browser sends a write on behalf of a page of another site.</summary>
    CrossOrigin,

    /// <summary>Returned when a body came in too slowly, or stopped coming. Nothing was done.</summary>
    RequestTimeout,

    /// <summary>Returned when the key is longer than the limit.</summary>
    KeyTooLarge,

    /// <summary>Returned when the value is longer than the limit; the body is not read past it.</summary>
    ValueTooLarge,

    /// <summary>Returned when only the leader may serve the request and this node is not the leader.</summary>
    NotLeader,

    /// <summary>Returned when too many bytes wait to be committed or applied. Nothing was done.</summary>
    Busy,

    /// <summary>Returned when no leader was found in time. Nothing was done.</summary>
    NoLeader,

    /// <summary>Returned when a change of the members would leave voters that are barely enough. Nothing was done.</summary>
    QuorumAtRisk,

    /// <summary>Returned when a member that is to be given up answers. Nothing was done.</summary>
    MemberIsUp,

    /// <summary>Returned when another change of the members did not end in time. Nothing was done.</summary>
    ChangeUnderWay,

    /// <summary>Returned while this node stops. Nothing was done.</summary>
    Stopping,

    /// <summary>Returned while this node is not yet part of a cluster. Nothing was done.</summary>
    Joining,

    /// <summary>Returned by the readiness check while this node catches up. Requests are served all the same.</summary>
    NotReady,

    /// <summary>Returned when the node's gossip cannot do what it is asked to now. Nothing was done.</summary>
    GossipUnavailable,

    /// <summary>Returned when a write was handed over and no answer came in time: it may or may not have happened.</summary>
    OutcomeUnknown,

    /// <summary>Returned when the disk takes no more writes. Nothing was done.</summary>
    DiskFull,

    /// <summary>Returned when this program is at fault.</summary>
    Internal,
}
