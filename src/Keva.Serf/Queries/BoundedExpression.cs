using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Keva.Serf;

/// <summary>
/// Regular expressions of others: without backtracking, so that the time is linear in the length of what is matched, and
/// small when compiled.
/// </summary>
public static class BoundedExpression
{
    /// <summary>A longer expression is refused.</summary>
    public const int MostLength = 512;

    /// <summary>What the counts of an expression may multiply to: RE2, which agents use, has this limit for each.</summary>
    public const int MostRepetitions = 1_000;

    private const string Whole = @"\A(?:{0})\z";

    /// <summary>False if it is too long, repeats too much, is malformed, or needs backtracking.</summary>
    /// <param name="expression">What somebody wrote.</param>
    /// <param name="matchesWhole">Whether it is to match texts from their beginning to their end.</param>
    /// <param name="compiled">Ready for use, if the answer is true.</param>
    public static bool TryCompile(string expression, bool matchesWhole, [NotNullWhen(true)] out Regex? compiled)
    {
        compiled = null;
        if (expression.Length > MostLength || Repetitions(expression) > MostRepetitions)
        {
            return false;
        }

        try
        {
            // By itself first: an expression that closes a group which it did not open must not close the one around it.
            compiled = Compile(expression);
            compiled = matchesWhole ? Compile(Whole.Replace("{0}", expression, StringComparison.Ordinal)) : compiled;
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            compiled = null;
            return false;
        }
    }

    private static Regex Compile(string expression) =>
        new(expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Regex.InfiniteMatchTimeout);

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
