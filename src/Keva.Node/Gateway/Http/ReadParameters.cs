using System.Diagnostics.CodeAnalysis;

namespace Keva.Node.Gateway.Http;

/// <summary>Reads the query of a URL. What it does not know it refuses by name: a misspelt parameter must not be ignored.</summary>
public static class ReadParameters
{
    private const int ShownCharacters = 64;

    /// <summary>Reads <c>consistency=linearizable|lease|stale</c>; without it, <paramref name="consistency"/> is null.</summary>
    public static bool TryParse(
        ReadOnlySpan<char> query,
        out ReadConsistency? consistency,
        [NotNullWhen(false)] out KevaFailure? failure)
    {
        consistency = null;
        failure = null;
        foreach (var range in query.Split('&'))
        {
            var parameter = query[range];
            if (parameter.IsEmpty)
            {
                continue;
            }

            var equals = parameter.IndexOf('=');
            var name = equals < 0 ? parameter : parameter[..equals];
            var value = equals < 0 ? default : parameter[(equals + 1)..];
            failure = Apply(name, value, ref consistency);
            if (failure is not null)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>For a request that takes no parameters: null, or a refusal that names the first one.</summary>
    public static KevaFailure? RefuseAny(ReadOnlySpan<char> query)
    {
        var name = query.TrimStart('&');
        if (name.IsEmpty)
        {
            return null;
        }

        var end = name.IndexOfAny('=', '&');
        return new KevaFailure(
            KevaError.BadRequest,
            $"This request takes no query parameter '{Shorten(end < 0 ? name : name[..end])}'.");
    }

    private static KevaFailure? Apply(ReadOnlySpan<char> name, ReadOnlySpan<char> value, ref ReadConsistency? consistency)
    {
        if (name is not "consistency")
        {
            return new KevaFailure(
                KevaError.BadRequest,
                $"There is no query parameter '{Shorten(name)}'; a read takes 'consistency'.");
        }

        if (consistency is not null)
        {
            return new KevaFailure(KevaError.BadRequest, "The query parameter 'consistency' is given twice.");
        }

        consistency = value switch
        {
            "linearizable" => ReadConsistency.Linearizable,
            "lease" => ReadConsistency.Lease,
            "stale" => ReadConsistency.Stale,
            _ => null,
        };
        return consistency is not null
            ? null
            : new KevaFailure(
                KevaError.BadRequest,
                $"'{Shorten(value)}' is not a consistency; it is one of linearizable, lease and stale.");
    }

    private static string Shorten(ReadOnlySpan<char> text) =>
        text.Length <= ShownCharacters ? text.ToString() : string.Concat(WholeCharacters.First(text, ShownCharacters), "…");
}
