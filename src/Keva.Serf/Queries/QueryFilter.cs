using Keva.Serf.Wire;

namespace Keva.Serf.Queries;

/// <summary>Whom a query is for. All its filters must match; a filter of a kind that is not known matches nobody.</summary>
internal static class QueryFilter
{
    private const byte ByName = 0;
    private const byte ByTag = 1;

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

        return BoundedExpression.TryCompile(expression, matchesWhole: false, out var compiled) && compiled.IsMatch(tags.GetValueOrDefault(tag, ""));
    }
}
