using System.Diagnostics.CodeAnalysis;

namespace Keva.Node.Gateway.Http.Gossip;

/// <summary>The parameters of a URL, percent-decoded. A plus is a plus.</summary>
internal sealed class UrlParameters
{
    private const int Most = 32;
    private const int ShownCharacters = 64;
    private readonly List<(string Name, string Value)> given = [];

    private UrlParameters()
    {
    }

    /// <summary>Refuses parameters that the request does not take.</summary>
    public static bool TryParse(
        ReadOnlySpan<char> query,
        IReadOnlyList<string> known,
        [NotNullWhen(true)] out UrlParameters? parameters,
        [NotNullWhen(false)] out KevaFailure? failure)
    {
        var parsed = new UrlParameters();
        foreach (var range in query.Split('&'))
        {
            var parameter = query[range];
            if (parameter.IsEmpty)
            {
                continue;
            }

            var equals = parameter.IndexOf('=');
            var name = Uri.UnescapeDataString(equals < 0 ? parameter : parameter[..equals]);
            var value = equals < 0 ? "" : Uri.UnescapeDataString(parameter[(equals + 1)..]);
            if (!known.Contains(name, StringComparer.Ordinal) || parsed.given.Count == Most)
            {
                parameters = null;
                failure = parsed.given.Count == Most
                    ? new KevaFailure(KevaError.BadRequest, $"There are more than {Most} query parameters.")
                    : new KevaFailure(
                        KevaError.BadRequest,
                        $"There is no query parameter '{Shorten(name)}'; this request takes {string.Join(", ", known.Select(taken => $"'{taken}'"))}.");
                return false;
            }

            parsed.given.Add((name, value));
        }

        parameters = parsed;
        failure = null;
        return true;
    }

    public IEnumerable<string> All(string name) => given.Where(parameter => parameter.Name == name).Select(parameter => parameter.Value);

    /// <summary>The value, or null if there is none; of several the last.</summary>
    public string? Last(string name) => All(name).LastOrDefault();

    private static string Shorten(string text) =>
        text.Length <= ShownCharacters ? text : string.Concat(WholeCharacters.First(text, ShownCharacters), "…");
}
