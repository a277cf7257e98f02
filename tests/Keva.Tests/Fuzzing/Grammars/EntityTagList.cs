namespace Keva.Tests.Fuzzing.Grammars;

/// <summary>The value of <c>If-None-Match</c> by the letter of RFC 9110 §13.1.2 and §8.8.3, for comparison.</summary>
internal static class EntityTagList
{
    /// <summary>The tags without quotes and weakness; "*" for the one that stands for all; null if it is no such list.</summary>
    public static List<string>? Parse(string text)
    {
        var tags = new List<string>();
        var rest = text.Trim();
        if (rest == "*")
        {
            return ["*"];
        }

        while (rest.Length > 0)
        {
            if (rest[0] == ',')
            {
                rest = rest[1..].TrimStart();
                continue;
            }

            rest = rest.StartsWith("W/", StringComparison.Ordinal) ? rest[2..] : rest;
            var end = rest.Length > 0 && rest[0] == '"' ? rest.IndexOf('"', 1) : -1;
            if (end < 0 || rest[1..end].Any(c => c is <= ' ' or '\x7f'))
            {
                return null;
            }

            tags.Add(rest[1..end] == "*" ? "a star in quotes" : rest[1..end]);
            rest = rest[(end + 1)..].TrimStart();
            if (rest.Length > 0 && rest[0] != ',')
            {
                return null;
            }
        }

        return tags;
    }
}
