using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Keva.Node.Gateway.Http;

/// <summary>
/// A body of events as browsers read them (HTML Living Standard, "Server-sent events"), each sent as soon as it is written.
/// The body begins with the first.
/// </summary>
internal sealed class ServerSentEvents(HttpExchange exchange)
{
    // JSON has no line ends in it, which an event's data could not have either.
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> piece = new(512);
    private PipeWriter? body;

    /// <summary>Something that clients skip: it shows that the connection lives.</summary>
    public ValueTask SendCommentAsync(string comment)
    {
        piece.ResetWrittenCount();
        Write($": {comment}\n\n");
        return SendAsync();
    }

    /// <param name="id">What the client names to go on behind this event; null if it has none.</param>
    /// <param name="name">The kind of the event.</param>
    /// <param name="properties">Writes the properties of the event's JSON object.</param>
    public ValueTask SendAsync(long? id, string name, Action<Utf8JsonWriter> properties)
    {
        piece.ResetWrittenCount();
        if (id is { } number)
        {
            Write(string.Create(CultureInfo.InvariantCulture, $"id: {number}\n"));
        }

        Write($"event: {name}\ndata: ");
        using (var json = new Utf8JsonWriter(piece, JsonOptions))
        {
            json.WriteStartObject();
            properties(json);
            json.WriteEndObject();
        }

        Write("\n\n");
        return SendAsync();
    }

    private ValueTask SendAsync()
    {
        body ??= exchange.StartStream(KevaHeaders.EventStream);
        return exchange.WritePieceAsync(body, piece.WrittenMemory);
    }

    private void Write(string text) => Encoding.UTF8.GetBytes(text, piece);
}
