using System.Text.Encodings.Web;
using System.Text.Json;

namespace Keva.Cli;

/// <summary>How the program writes JSON: names in snake_case, nothing escaped that need not be.</summary>
internal static class CliJson
{
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    /// <summary>For a stream of objects, one a line.</summary>
    public static readonly JsonSerializerOptions LineOptions = new(Options) { WriteIndented = false };
}
