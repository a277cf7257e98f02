using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Keva.Cli;

/// <summary>An event of a stream of server-sent events.</summary>
internal readonly record struct StreamedEvent(long? Id, string Name, string Data);

/// <summary>Reads server-sent events (HTML Living Standard, "Server-sent events"), as far as a node uses them.</summary>
internal static class EventStreamReader
{
    private const int MostCharacters = 1 << 20;

    /// <summary>Ends when the stream ends or breaks, or stays silent for too long.</summary>
    /// <param name="stream">The body of the answer.</param>
    /// <param name="longestSilence">The server sends something more often than this as long as it lives.</param>
    /// <param name="cancellation">Ends it with an exception.</param>
    public static async IAsyncEnumerable<StreamedEvent> ReadAsync(
        Stream stream, TimeSpan longestSilence, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var reader = new StreamReader(stream);
        long? id = null;
        var (name, data) = ("", new StringBuilder());
        while (await ReadLineAsync(reader, longestSilence, cancellation) is { } line && data.Length + line.Length < MostCharacters)
        {
            if (line.Length > 0)
            {
                var (field, value) = Part(line);
                id = field == "id" && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : id;
                name = field == "event" ? value : name;
                data.Append(field == "data" ? value : "");
            }
            else if (data.Length > 0)
            {
                yield return new StreamedEvent(id, name, data.ToString());
                (id, name) = (null, "");
                data.Clear();
            }
        }
    }

    private static (string Field, string Value) Part(string line)
    {
        // What begins with a colon is a comment: a field without a name.
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (line, "") : (line[..colon], line[(colon + 1)..].TrimStart(' '));
    }

    private static async Task<string?> ReadLineAsync(StreamReader reader, TimeSpan longestSilence, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(longestSilence);
        try
        {
            return await reader.ReadLineAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
