using Microsoft.Extensions.Primitives;

namespace Keva.Node.Gateway.Http;

/// <summary>The names of Keva's own response headers, and header values that never change.</summary>
public static class KevaHeaders
{
    /// <summary>The name of the node that answered.</summary>
    public const string Node = "Keva-Node";

    /// <summary>The name of the leader as the answering node knows it; absent when it knows none.</summary>
    public const string Leader = "Keva-Leader";

    /// <summary>The revision of the whole store that the answer is about.</summary>
    public const string Revision = "Keva-Revision";

    /// <summary>How fresh the read was that was really served: linearizable, lease or stale.</summary>
    public const string Consistency = "Keva-Consistency";

    /// <summary>
    /// Of a stale read: seconds, with three decimals, since the node last heard from a leader, or <c>unknown</c> if it
    /// never did. Not the standard <c>Age</c>, which counts whole seconds in a cache and which proxies add to.
    /// </summary>
    public const string Age = "Keva-Age";

    internal static readonly StringValues OctetStream = "application/octet-stream";
    internal static readonly StringValues Json = "application/json";

    /// <summary>What a user stored must not run as a page in the origin that also serves the dashboard.</summary>
    internal static readonly StringValues NoSniff = "nosniff";

    /// <summary>A cache may keep the answer, but must ask again before it uses it.</summary>
    internal static readonly StringValues NoCache = "no-cache";

    /// <summary>No cache may keep the answer: it is of the moment, or secret.</summary>
    internal static readonly StringValues NoStore = "no-store";

    /// <summary>One JSON object a line.</summary>
    internal static readonly StringValues JsonLines = "application/x-ndjson";

    /// <summary>A stream of events (HTML Living Standard, "Server-sent events").</summary>
    internal static readonly StringValues EventStream = "text/event-stream";

    internal static readonly StringValues Close = "close";
    internal static readonly StringValues AgeUnknown = "unknown";

    private static readonly StringValues Linearizable = "linearizable";
    private static readonly StringValues Lease = "lease";
    private static readonly StringValues Stale = "stale";

    internal static StringValues NameOf(ReadConsistency consistency) => consistency switch
    {
        ReadConsistency.Linearizable => Linearizable,
        ReadConsistency.Lease => Lease,
        ReadConsistency.Stale => Stale,
        _ => throw new ArgumentOutOfRangeException(nameof(consistency), consistency, "a consistency without a name"),
    };
}
