using System.Globalization;
using System.Text;
using Keva.LoadGenerator.Http;

namespace Keva.LoadGenerator.Dialects;

/// <summary>Keva's own interface: the key is in the URL, the body is the value.</summary>
internal sealed class KevaDialect(KeySpace keys) : IDialect
{
    private const string Path = "/v1/storage/key/";

    public RequestTemplate Read(int port) => Template("GET", port, null);

    public RequestTemplate Write(int port) => Template("POST", port, keys.Value);

    public HttpRequestMessage WriteMessage(string url) =>
        new(HttpMethod.Post, url + Path + Encoding.ASCII.GetString(keys.KeyOf(0))) { Content = new ByteArrayContent(keys.Value) };

    // There is no request that writes several keys.
    public RequestTemplate Fill(int port) => Write(port);

    public bool IsAcknowledgement(int status, ReadOnlySpan<byte> body)
    {
        var start = "{\"revision\":"u8;
        return status == 200 && body.StartsWith(start) && body.Length > start.Length && char.IsAsciiDigit((char)body[start.Length]);
    }

    public bool IsValue(int status, ReadOnlySpan<byte> body) => status == 200 && body.SequenceEqual(keys.Value);

    private RequestTemplate Template(string method, int port, byte[]? body)
    {
        var start = Encoding.ASCII.GetBytes($"{method} {Path}");
        var length = body is null ? "" : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        var rest = string.Create(CultureInfo.InvariantCulture, $" HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{length}\r\n");
        return new RequestTemplate([.. start, .. keys.KeyOf(0), .. Encoding.ASCII.GetBytes(rest), .. body ?? []], [start.Length], keys, isBase64: false);
    }
}
