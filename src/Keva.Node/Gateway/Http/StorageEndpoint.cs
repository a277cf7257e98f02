using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace Keva.Node.Gateway.Http;

/// <summary><c>/v1/storage/key/{key}</c>: a value is a body, as it is.</summary>
internal sealed class StorageEndpoint(KevaHttpOptions options, IKeyValueService service)
{
    public const string PathPrefix = "/v1/storage/key/";

    /// <summary>Its name among the routes.</summary>
    public const string Route = PathPrefix + "{key}";

    /// <summary>Its methods, as the <c>Allow</c> header lists them.</summary>
    public const string Allow = "GET, HEAD, PUT, POST, DELETE";

    private readonly WriteRouting _routing = options.ForwardWrites ? WriteRouting.Forward : WriteRouting.LeaderOnly;
    private readonly KevaFailure _valueTooLarge = KeyRules.ValueTooLarge(options.MaxValueBytes);

    public ValueTask HandleAsync(HttpExchange exchange) => exchange.Method switch
    {
        "GET" or "HEAD" => GetAsync(exchange),
        "PUT" or "POST" => SetAsync(exchange),
        "DELETE" => DeleteAsync(exchange),
        _ => RefuseMethod(exchange),
    };

    private static ValueTask RefuseMethod(HttpExchange exchange)
    {
        BodyReader.LeaveUnread(exchange);
        return exchange.SendMethodNotAllowedAsync(Allow);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask GetAsync(HttpExchange exchange)
    {
        if (!TryDecodeKey(exchange, out var key, out var failure)
            || !ReadParameters.TryParse(exchange.Target.Query, out var consistency, out failure))
        {
            await exchange.SendErrorAsync(failure!);
            return;
        }

        var outcome = await service.GetAsync(key, consistency ?? ReadConsistency.Linearizable);
        if (outcome.Error is { } error)
        {
            await SendFailureAsync(exchange, error);
            return;
        }

        ReadHeaders.Add(exchange, outcome);
        if (!outcome.Found)
        {
            await exchange.SendStatusAsync(StatusCodes.Status204NoContent);
            return;
        }

        var tag = exchange.EntityTagOf(outcome.ModRevision);
        exchange.ResponseHeaders.ETag = tag;
        if (EntityTags.Matches(exchange.RequestHeaders.IfNoneMatch, tag))
        {
            await exchange.SendStatusAsync(StatusCodes.Status304NotModified);
            return;
        }

        await exchange.SendAsync(StatusCodes.Status200OK, KevaHeaders.OctetStream, outcome.Value);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SetAsync(HttpExchange exchange)
    {
        if (!TryDecodeKey(exchange, out var key, out var failure) || (failure = CheckWrite(exchange)) is not null)
        {
            BodyReader.LeaveUnread(exchange);
            await exchange.SendErrorAsync(failure!);
            return;
        }

        var body = await BodyReader.ReadAsync(exchange, options.MaxValueBytes, _valueTooLarge);
        if (body.Failure is not null)
        {
            await exchange.SendErrorAsync(body.Failure);
            return;
        }

        var outcome = await service.SetAsync(key, body.Bytes, _routing);
        await (outcome.Error is { } error ? SendFailureAsync(exchange, error) : SendRevisionAsync(exchange, outcome.Revision));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask DeleteAsync(HttpExchange exchange)
    {
        BodyReader.LeaveUnread(exchange);
        if (!TryDecodeKey(exchange, out var key, out var failure) || (failure = CheckWrite(exchange)) is not null)
        {
            await exchange.SendErrorAsync(failure!);
            return;
        }

        var outcome = await service.DeleteAsync(key, _routing);
        if (outcome.Error is { } error)
        {
            await SendFailureAsync(exchange, error);
        }
        else if (outcome.Existed)
        {
            await SendRevisionAsync(exchange, outcome.Revision);
        }
        else
        {
            exchange.SetRevision(outcome.Revision);
            await exchange.SendStatusAsync(StatusCodes.Status204NoContent);
        }
    }

    private bool TryDecodeKey(HttpExchange exchange, out byte[]? key, out KevaFailure? failure) =>
        KeyDecoder.TryDecode(exchange.Target.Path[PathPrefix.Length..], options.MaxKeyBytes, out key, out failure);

    private static KevaFailure? CheckWrite(HttpExchange exchange) =>
        ReadParameters.RefuseAny(exchange.Target.Query) ?? WritePreconditions.Check(exchange.RequestHeaders);

    private ValueTask SendFailureAsync(HttpExchange exchange, KevaFailure failure) =>
        failure.Error == KevaError.NotLeader
            ? exchange.SendNotLeaderAsync(failure, service.View.LeaderMember, redirect: false)
            : exchange.SendErrorAsync(failure);

    private static ValueTask SendRevisionAsync(HttpExchange exchange, long revision)
    {
        exchange.SetRevision(revision);
        var json = exchange.StartJson();
        json.WriteStartObject();
        json.WriteNumber("revision"u8, revision);
        json.WriteEndObject();
        return exchange.SendJsonAsync();
    }
}
