using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Keva.Cluster.Tests.Harness;

/// <summary>What a node answered.</summary>
internal sealed record Answer(HttpStatusCode Status, byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public bool IsSuccess => (int)Status is >= 200 and <= 299;

    /// <summary>The <c>code</c> of an error.</summary>
    public string? Code => Json.TryGetProperty("code", out var code) ? code.GetString() : null;

    /// <summary>The <c>revision</c> of a write.</summary>
    public long Revision => Json.GetProperty("revision").GetInt64();

    /// <summary>The revision in the <c>ETag</c> of a read.</summary>
    public long TaggedRevision => long.Parse(Headers["ETag"].Trim('"'), CultureInfo.InvariantCulture);

    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Body);
            return document.RootElement.Clone();
        }
    }

    public override string ToString() => $"{(int)Status} {(Body.Length <= 500 ? Text : $"({Body.Length} bytes)")}";
}
