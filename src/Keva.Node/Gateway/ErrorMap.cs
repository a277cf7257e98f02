using Microsoft.AspNetCore.Http;

namespace Keva.Node.Gateway;

/// <summary>How one error looks to an HTTP client.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The stable name in the body's <c>code</c>; clients decide by it, never by the sentence.</param>
/// <param name="RetryAfterSeconds">For <c>Retry-After</c>: when trying again is worth while; null where it is not.</param>
public sealed record ErrorRow(int Status, string Code, int? RetryAfterSeconds = null);

/// <summary>The one table from errors to HTTP. No other code knows the status of an error.</summary>
public static class ErrorMap
{
    private static readonly ErrorRow[] Rows = BuildRows();

    /// <summary>
    /// <see cref="KevaError.NotLeader"/> where the interface promises a redirect to the leader: 307, because a client
    /// repeats its method and body for it (RFC 9110 §15.4.8). Elsewhere the error has its row, 421.
    /// </summary>
    public static ErrorRow LeaderRedirect { get; } =
        new(StatusCodes.Status307TemporaryRedirect, Of(KevaError.NotLeader).Code);

    public static ErrorRow Of(KevaError error) => Rows[(int)error];

    private static ErrorRow[] BuildRows()
    {
        var errors = Enum.GetValues<KevaError>();
        var rows = new ErrorRow[errors.Length];
        foreach (var error in errors)
        {
            rows[(int)error] = Row(error);
        }

        return rows;
    }

    private static ErrorRow Row(KevaError error) => error switch
    {
        KevaError.BadRequest => new(StatusCodes.Status400BadRequest, "bad_request"),
        KevaError.CrossOrigin => new(StatusCodes.Status403Forbidden, "cross_origin"),
        KevaError.NotFound => new(StatusCodes.Status404NotFound, "not_found"),
        KevaError.MethodNotAllowed => new(StatusCodes.Status405MethodNotAllowed, "method_not_allowed"),
        KevaError.RequestTimeout => new(StatusCodes.Status408RequestTimeout, "request_timeout"),
        KevaError.QuorumAtRisk => new(StatusCodes.Status409Conflict, "quorum_at_risk"),
        KevaError.MemberIsUp => new(StatusCodes.Status409Conflict, "member_is_up"),
        KevaError.ChangeUnderWay => new(StatusCodes.Status409Conflict, "change_under_way", RetryAfterSeconds: 1),
        KevaError.KeyTooLarge => new(StatusCodes.Status413PayloadTooLarge, "key_too_large"),
        KevaError.ValueTooLarge => new(StatusCodes.Status413PayloadTooLarge, "value_too_large"),
        KevaError.UnsupportedMediaType => new(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type"),
        KevaError.NotLeader => new(StatusCodes.Status421MisdirectedRequest, "not_leader"),
        KevaError.Busy => new(StatusCodes.Status429TooManyRequests, "busy", RetryAfterSeconds: 1),
        KevaError.Internal => new(StatusCodes.Status500InternalServerError, "internal"),
        KevaError.NoLeader => new(StatusCodes.Status503ServiceUnavailable, "no_leader", RetryAfterSeconds: 1),
        KevaError.Stopping => new(StatusCodes.Status503ServiceUnavailable, "stopping", RetryAfterSeconds: 5),
        KevaError.Joining => new(StatusCodes.Status503ServiceUnavailable, "joining", RetryAfterSeconds: 1),
        KevaError.NotReady => new(StatusCodes.Status503ServiceUnavailable, "not_ready", RetryAfterSeconds: 1),
        KevaError.GossipUnavailable => new(StatusCodes.Status503ServiceUnavailable, "gossip_unavailable", RetryAfterSeconds: 1),
        KevaError.OutcomeUnknown => new(StatusCodes.Status504GatewayTimeout, "outcome_unknown"),
        KevaError.DiskFull => new(StatusCodes.Status507InsufficientStorage, "disk_full"),
        _ => throw new ArgumentOutOfRangeException(nameof(error), error, "an error without a row"),
    };
}
