namespace Keva.Node.Configuration;

/// <summary>Finds what was probably meant.</summary>
internal static class NearMiss
{
    /// <summary>Names longer than this are not looked at: comparing costs the product of the lengths.</summary>
    private const int LongestName = 100;

    /// <summary>"; did you mean 'x'?" for the nearest candidate, or nothing if none is near.</summary>
    public static string Suggest(string written, IEnumerable<string> candidates)
    {
        string? nearest = null;
        var nearestDistance = 1 + Math.Max(2, written.Length / 4);
        foreach (var candidate in candidates)
        {
            var distance = written.Length > LongestName ? int.MaxValue : Distance(written, candidate);
            if (distance < nearestDistance)
            {
                nearest = candidate;
                nearestDistance = distance;
            }
        }

        return nearest is null ? "" : $"; did you mean '{nearest}'?";
    }

    /// <summary>
    /// Insertions, deletions, replacements and swaps of neighbours that lead from one to the other (optimal string
    /// alignment). Case is ignored, and hyphen and underscore are one: whoever mixes them up means the same.
    /// </summary>
    public static int Distance(string one, string other)
    {
        var beforeLast = new int[other.Length + 1];
        var last = new int[other.Length + 1];
        var current = new int[other.Length + 1];
        for (var j = 0; j <= other.Length; j++)
        {
            last[j] = j;
        }

        for (var i = 1; i <= one.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var replace = last[j - 1] + (Same(one[i - 1], other[j - 1]) ? 0 : 1);
                current[j] = Math.Min(replace, 1 + Math.Min(last[j], current[j - 1]));
                if (i > 1 && j > 1 && Same(one[i - 1], other[j - 2]) && Same(one[i - 2], other[j - 1]))
                {
                    current[j] = Math.Min(current[j], 1 + beforeLast[j - 2]);
                }
            }

            (beforeLast, last, current) = (last, current, beforeLast);
        }

        return last[other.Length];
    }

    private static bool Same(char one, char other) => Normal(one) == Normal(other);

    private static char Normal(char c) => c == '_' ? '-' : char.ToLowerInvariant(c);
}
