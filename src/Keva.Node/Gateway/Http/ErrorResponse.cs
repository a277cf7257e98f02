using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Keva.Node.Gateway.Http;

/// <summary>Writes <c>{"error":"one sentence","code":"…"}</c> with the status that <see cref="ErrorMap"/> gives.</summary>
public static class ErrorResponse
{
    public static ValueTask SendErrorAsync(this HttpExchange exchange, KevaFailure failure) =>
        SendAsync(exchange, ErrorMap.Of(failure.Error), failure, leaderUrl: null);

    public static ValueTask SendErrorAsync(this HttpExchange exchange, KevaError error, string sentence) =>
        exchange.SendErrorAsync(new KevaFailure(error, sentence));

    /// <summary>Refuses a method; <paramref name="allow"/> lists those that the path knows (RFC 9110 §15.5.6).</summary>
    internal static ValueTask SendMethodNotAllowedAsync(this HttpExchange exchange, string allow)
    {
        exchange.ResponseHeaders.Allow = allow;
        return exchange.SendErrorAsync(
            KevaError.MethodNotAllowed,
            $"This path does not know the method {exchange.Method}; it knows {allow}.");
    }

    /// <summary>
    /// Refuses with <see cref="KevaError.NotLeader"/> and says where the leader is. With <paramref name="redirect"/>
    /// as a redirect to the same request there. The URL comes from the cluster's own records, never from the request's
    /// Host, which anyone may forge.
    /// </summary>
    internal static ValueTask SendNotLeaderAsync(
        this HttpExchange exchange,
        KevaFailure failure,
        MemberView? leader,
        bool redirect)
    {
        if (leader is null)
        {
            return exchange.SendErrorAsync(KevaError.NoLeader, "There is no leader at the moment; nothing was done, try again.");
        }

        var leaderUrl = "http://" + leader.HttpAddress;
        if (!redirect)
        {
            return SendAsync(exchange, ErrorMap.Of(failure.Error), failure, leaderUrl);
        }

        exchange.ResponseHeaders.Location = leaderUrl + exchange.Target.PathAndQuery;
        return SendAsync(exchange, ErrorMap.LeaderRedirect, failure, leaderUrl);
    }

    private static ValueTask SendAsync(HttpExchange exchange, ErrorRow row, KevaFailure failure, string? leaderUrl)
    {
        if (row.RetryAfterSeconds is { } seconds)
        {
            exchange.ResponseHeaders.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        var json = exchange.StartJson();
        json.WriteStartObject();
        json.WriteString("error"u8, failure.Message);
        json.WriteString("code"u8, row.Code);
        if (failure.Limit is { } limit)
        {
            json.WriteNumber("limit"u8, limit);
        }

        if (leaderUrl is not null)
        {
            json.WriteString("leader"u8, leaderUrl);
        }

        json.WriteEndObject();
        return exchange.SendJsonAsync(row.Status);
    }
}
