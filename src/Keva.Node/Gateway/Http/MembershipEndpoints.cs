using System.Text.Json;

namespace Keva.Node.Gateway.Http;

/// <summary>
/// <c>POST /v1/cluster/leave|remove|down|transfer</c>: changes of the members. The body is a JSON object or nothing; unknown
/// fields are refused.
/// </summary>
internal sealed class MembershipEndpoints(IClusterService cluster)
{
    private const int MaxBodyBytes = 4_096;

    private static readonly KevaFailure TooLarge = new(KevaError.BadRequest, "The body is longer than any of these requests.");

    public IEnumerable<HttpRoute> Routes =>
    [
        new("/v1/cluster/leave", ("POST", exchange => HandleAsync(exchange, ["force"], request => cluster.LeaveAsync(request.Force)))),
        new("/v1/cluster/remove", ("POST", exchange => HandleAsync(exchange, ["member", "force"], request => RemoveAsync(request, onlyIfFailed: false)))),
        new("/v1/cluster/down", ("POST", exchange => HandleAsync(exchange, ["member", "force"], request => RemoveAsync(request, onlyIfFailed: true)))),
        new("/v1/cluster/transfer", ("POST", exchange => HandleAsync(exchange, ["member"], request => cluster.TransferAsync(request.Member)))),
    ];

    private static async ValueTask HandleAsync(HttpExchange exchange, string[] fields, Func<Request, Task<KevaFailure?>> execute)
    {
        if (ReadParameters.RefuseAny(exchange.Target.Query) is { } refusal)
        {
            BodyReader.LeaveUnread(exchange);
            await exchange.SendErrorAsync(refusal);
            return;
        }

        var body = await BodyReader.ReadAsync(exchange, MaxBodyBytes, TooLarge);
        var failure = body.Failure;
        if (failure is null && TryParse(body.Bytes, fields, out var request, out failure))
        {
            failure = await execute(request);
        }

        if (failure is not null)
        {
            await exchange.SendErrorAsync(failure);
            return;
        }

        var json = exchange.StartJson();
        json.WriteStartObject();
        json.WriteBoolean("done"u8, value: true);
        json.WriteEndObject();
        await exchange.SendJsonAsync();
    }

    private static bool TryParse(ReadOnlyMemory<byte> body, string[] fields, out Request request, out KevaFailure? failure)
    {
        request = new Request(Member: null, Force: false);
        failure = null;
        if (body.IsEmpty)
        {
            return true;
        }

        try
        {
            using var document = JsonDocument.Parse(body);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (!fields.Contains(property.Name, StringComparer.Ordinal))
                {
                    failure = new KevaFailure(KevaError.BadRequest, $"The request has the field '{WholeCharacters.First(property.Name, 64)}'; there are {string.Join(", ", fields)}.");
                    return false;
                }

                request = property.Name == "force"
                    ? request with { Force = property.Value.GetBoolean() }
                    : request with { Member = property.Value.GetString() };
            }

            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            failure = new KevaFailure(KevaError.BadRequest, "The body must be a JSON object such as {\"member\":\"host2\"}, or nothing.");
            return false;
        }
    }

    private Task<KevaFailure?> RemoveAsync(Request request, bool onlyIfFailed) => request.Member is { } member
        ? cluster.RemoveAsync(member, onlyIfFailed, request.Force)
        : Task.FromResult<KevaFailure?>(new KevaFailure(KevaError.BadRequest, "The request names no 'member'."));

    private readonly record struct Request(string? Member, bool Force);
}
