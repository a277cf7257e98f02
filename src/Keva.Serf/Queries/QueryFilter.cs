using System.Text.RegularExpressions;
using Keva.Serf.Wire;

namespace Keva.Serf.Queries;

/// <summary>Whom a query is for. All its filters must match; a filter of a kind that is not known matches nobody.</summary>
internal static class QueryFilter
{
    private const byte ByName = 0;
    private const byte ByTag = 1;

    /// <summary>A longer expression is refused.</summary>
    private const int MostExpressionLength = 512;

    /// <summary>What the counts of an expression may multiply to: RE2, which agents use, has this limit for each.</summary>
    private const long MostRepetitions = 1_000;

    public static List<byte[]>? Encode(QueryParameters parameters)
    {
        var filters = new List<byte[]>();
        if (parameters.Nodes.Count > 0)
        {
            var writer = new MessagePackWriter().Byte(ByName).Array(parameters.Nodes.Count);
            foreach (var node in parameters.Nodes)
            {
                writer.Text(node);
            }

            filters.Add(writer.ToArray());
        }

        foreach (var (tag, expression) in parameters.Tags.OrderBy(filter => filter.Key, StringComparer.Ordinal))
        {
            filters.Add(new MessagePackWriter().Byte(ByTag).Map(2).Key("Expr").Text(expression).Key("Tag").Text(tag).ToArray());
        }

        return filters.Count > 0 ? filters : null;
    }

    public static bool AllMatch(IReadOnlyList<byte[]>? filters, string name, IReadOnlyDictionary<string, string> tags) =>
        filters is null || filters.All(filter => Matches(filter, name, tags));

    private static bool Matches(byte[] filter, string name, IReadOnlyDictionary<string, string> tags)
    {
        try
        {
            var reader = new MessagePackReader(filter.AsSpan(Math.Min(1, filter.Length)));
            return filter switch
            {
                [ByName, ..] => (SerfDecoder.ReadTexts(ref reader) ?? []).Contains(name),
                [ByTag, ..] => MatchesTag(ref reader, tags),
                _ => false,
            };
        }
        catch (MalformedMessageException)
        {
            return false;
        }
    }

    private static bool MatchesTag(ref MessagePackReader reader, IReadOnlyDictionary<string, string> tags)
    {
        string tag = "", expression = "";
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "Tag": tag = reader.ReadText(); break;
                case "Expr": expression = reader.ReadText(); break;
                default: reader.Skip(); break;
            }
        }

        return expression.Length <= MostExpressionLength && Repetitions(expression) <= MostRepetitions
            && IsMatch(expression, tags.GetValueOrDefault(tag, ""));
    }

    private static bool IsMatch(string expression, string value)
    {
        try
        {
            // Without backtracking the time is linear in the value's length, whatever a peer sends as an expression.
            return Regex.IsMatch(value, expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Regex.InfiniteMatchTimeout);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>Nested counts multiply, and each repetition is copied when the expression is compiled.</summary>
    private static long Repetitions(string expression)
    {
        long product = 1;
        for (var i = expression.IndexOf('{', StringComparison.Ordinal); i >= 0 && product <= MostRepetitions; i = expression.IndexOf('{', i + 1))
        {
            var end = expression.IndexOf('}', i);
            if (end > i)
            {
                product *= Math.Max(1, GreatestNumber(expression.AsSpan(i + 1, end - i - 1)));
            }
        }

        return product;
    }

    private static long GreatestNumber(ReadOnlySpan<char> counts)
    {
        long greatest = 0, number = 0;
        foreach (var character in counts)
        {
            number = char.IsAsciiDigit(character) ? Math.Min(MostRepetitions + 1, number * 10 + (character - '0')) : 0;
            greatest = Math.Max(greatest, number);
        }

        return greatest;
    }
}
