using System.Globalization;
using System.Text;
using Keva.Tests.Fuzzing.Engine;

namespace Keva.Tests.Fuzzing.Grammars;

/// <summary>Texts and keys of HOCON: with one pair of quotes, with three, or without where that means the same.</summary>
internal sealed class HoconScalarNotation(FuzzRandom random)
{
    public string Text(string value)
    {
        if (CanBeUnquoted(value) && random.OneIn(2))
        {
            return value;
        }

        return !value.Contains("\"\"\"", StringComparison.Ordinal) && random.OneIn(3) ? $"\"\"\"{value}\"\"\"" : Quoted(value);
    }

    public string Key(string name)
    {
        // Dots part paths, and "include" begins an include.
        var canBeBare = CanBeUnquoted(name, isKey: true) && !name.Contains('.', StringComparison.Ordinal) && !name.StartsWith("include", StringComparison.Ordinal);
        return canBeBare && random.OneIn(2) ? name : Quoted(name);
    }

    private string Quoted(string value)
    {
        var text = new StringBuilder("\"");
        foreach (var rune in value.EnumerateRunes())
        {
            // Half of a character cannot stand for itself: both are escaped or none.
            var isEscaped = rune.Value is '"' or '\\' or < ' ' || random.OneIn(8);
            text.Append(isEscaped ? string.Concat(rune.ToString().Select(Escape)) : rune.ToString());
        }

        return text.Append('"').ToString();
    }

    private string Escape(char c)
    {
        var name = c switch
        {
            '\b' => "\\b",
            '\t' => "\\t",
            '\n' => "\\n",
            '\f' => "\\f",
            '\r' => "\\r",
            '/' => "\\/",
            '"' => "\\\"",
            '\\' => "\\\\",
            _ => null,
        };
        return name is not null && random.OneIn(2) ? name : "\\u" + ((int)c).ToString(random.OneIn(2) ? "x4" : "X4", CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// Words of harmless characters with single spaces or tabs between them. As a value it must not look like a number or one
    /// of the three words, which would give it another type.
    /// </summary>
    private static bool CanBeUnquoted(string value, bool isKey = false)
    {
        if (value.Length == 0 || value.Trim(' ', '\t').Length != value.Length || value.Contains("//", StringComparison.Ordinal))
        {
            return false;
        }

        return value.All(c => char.IsAsciiLetterOrDigit(c) || c is >= 'а' and <= 'я' || " \t-_./();%'".Contains(c, StringComparison.Ordinal))
            && (isKey || (value is not ("true" or "false" or "null") && !IsNumberLike(value)));
    }

    private static bool IsNumberLike(string value) => char.IsAsciiDigit(value[0]) || value[0] == '-';
}
