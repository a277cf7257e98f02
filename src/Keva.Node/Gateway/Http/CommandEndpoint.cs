using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace Keva.Node.Gateway.Http;

/// <summary><c>POST /</c>: a command as JSON, in and out. A write is the leader's; others point to it.</summary>
internal sealed class CommandEndpoint(KevaHttpOptions options, IKeyValueService service)
{
    private static readonly KevaFailure ConsistencyOfWrite = new(
        KevaError.BadRequest,
        "The query parameter 'consistency' is for a get; a write is always durable on a majority.");

    private readonly KevaFailure _bodyTooLarge = KeyRules.ValueTooLarge(options.MaxValueBytes);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask HandleAsync(HttpExchange exchange)
    {
        var accepted = ReadParameters.TryParse(exchange.Target.Query, out var consistency, out var failure);
        if (!accepted || (failure = CheckHeaders(exchange)) is not null)
        {
            BodyReader.LeaveUnread(exchange);
            await exchange.SendErrorAsync(failure!);
            return;
        }

        var body = await BodyReader.ReadAsync(exchange, options.MaxJsonBytes, _bodyTooLarge);
        failure = body.Failure;
        if (failure is null
            && KevaCommandParser.TryParse(body.Bytes, options.MaxKeyBytes, options.MaxValueBytes, out var command, out failure))
        {
            await ExecuteAsync(exchange, command, consistency);
            return;
        }

        await exchange.SendErrorAsync(failure!);
    }

    private ValueTask ExecuteAsync(HttpExchange exchange, KevaCommand command, ReadConsistency? consistency) => command.Verb switch
    {
        CommandVerb.Get => GetAsync(exchange, command, consistency ?? ReadConsistency.Linearizable),
        _ when consistency is not null => exchange.SendErrorAsync(ConsistencyOfWrite),
        CommandVerb.Set => SetAsync(exchange, command),
        CommandVerb.Delete => DeleteAsync(exchange, command),
        _ => throw new InvalidOperationException($"a command without a handler: {command.Verb}"),
    };

    private async ValueTask GetAsync(HttpExchange exchange, KevaCommand command, ReadConsistency consistency)
    {
        var outcome = await service.GetAsync(command.Key, consistency);
        if (outcome.Error is { } error)
        {
            await SendFailureAsync(exchange, error);
            return;
        }

        ReadHeaders.Add(exchange, outcome);
        await (outcome.Found ? SendValueAsync(exchange, outcome.Value) : SendNoSuchKeyAsync(exchange));
    }

    private async ValueTask SetAsync(HttpExchange exchange, KevaCommand command)
    {
        var outcome = await service.SetAsync(command.Key, command.Value, WriteRouting.LeaderOnly);
        if (outcome.Error is { } error)
        {
            await SendFailureAsync(exchange, error);
            return;
        }

        exchange.SetRevision(outcome.Revision);
        await SendValueAsync(exchange, command.Value);
    }

    private async ValueTask DeleteAsync(HttpExchange exchange, KevaCommand command)
    {
        var outcome = await service.DeleteAsync(command.Key, WriteRouting.LeaderOnly);
        if (outcome.Error is { } error)
        {
            await SendFailureAsync(exchange, error);
            return;
        }

        exchange.SetRevision(outcome.Revision);
        await (outcome.Existed ? SendValueAsync(exchange, outcome.Previous) : SendNoSuchKeyAsync(exchange));
    }

    private ValueTask SendFailureAsync(HttpExchange exchange, KevaFailure failure) =>
        failure.Error == KevaError.NotLeader
            ? exchange.SendNotLeaderAsync(failure, service.View.LeaderMember, redirect: true)
            : exchange.SendErrorAsync(failure);

    private static ValueTask SendNoSuchKeyAsync(HttpExchange exchange) =>
        exchange.SendErrorAsync(KevaError.NotFound, "There is no such key.");

    private static ValueTask SendValueAsync(HttpExchange exchange, ReadOnlyMemory<byte> value)
    {
        var json = exchange.StartJson();
        json.WriteStartObject();
        if (Utf8.IsValid(value.Span))
        {
            json.WriteString("val"u8, value.Span);
        }
        else
        {
            json.WriteBase64String("val64"u8, value.Span);
        }

        json.WriteEndObject();
        return exchange.SendJsonAsync();
    }

    private static KevaFailure? CheckHeaders(HttpExchange exchange) =>
        JsonMediaType.Check(exchange.RequestHeaders) ?? WritePreconditions.Check(exchange.RequestHeaders);
}
