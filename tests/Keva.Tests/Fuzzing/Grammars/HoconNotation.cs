using System.Text;
using Keva.Node.Configuration.Hocon;
using Keva.Tests.Fuzzing.Engine;

namespace Keva.Tests.Fuzzing.Grammars;

/// <summary>
/// Writes a document in one of the many ways in which HOCON allows to write it: with or without braces, commas and quotes,
/// with paths as keys, objects in several places that merge, values that are overridden, arrays put together with <c>+=</c>
/// or out of pieces, and substitutions for values that stand elsewhere.
/// </summary>
internal sealed class HoconNotation
{
    /// <summary>Not set in the environment and no key in any document.</summary>
    private const string Nowhere = "${?nowhere-at-all}";

    private readonly FuzzRandom random;
    private readonly HoconScalarNotation scalars;
    private readonly SortedDictionary<string, string> elsewhere = new(StringComparer.Ordinal);

    private HoconNotation(FuzzRandom random)
    {
        this.random = random;
        scalars = new HoconScalarNotation(random);
    }

    public static byte[] Write(HoconObject root, FuzzRandom random) => new HoconNotation(random).WriteRoot(root);

    /// <summary>Writes a document in which substitutions stand for the values that are fields of the root as well.</summary>
    public static byte[] WriteWithSubstitutions(HoconObject root, FuzzRandom random)
    {
        var notation = new HoconNotation(random);
        foreach (var (key, value) in root.Fields)
        {
            notation.elsewhere[HoconTree.Canonical(value)] = $"${{{(random.OneIn(2) ? "?" : "")}{notation.scalars.Key(key)}}}";
        }

        return notation.WriteRoot(root);
    }

    private byte[] WriteRoot(HoconObject root)
    {
        var fields = WriteFields(root, isRoot: true);
        var text = random.OneIn(2) ? "{" + fields + "}" + Blank() : fields;
        return Encoding.UTF8.GetBytes(random.OneIn(8) ? "\ufeff" + text : text);
    }

    private string WriteFields(HoconObject obj, bool isRoot = false)
    {
        // The root's own fields are what substitutions stand for, so there they are written out.
        var lines = obj.Fields.SelectMany(field => WriteField(field.Key, field.Value, isRoot)).ToList();
        var text = new StringBuilder(Blank());
        for (var i = 0; i < lines.Count; i++)
        {
            text.Append(lines[i]).Append(i + 1 < lines.Count ? Separator() : random.OneIn(4) ? Separator() : Blank());
        }

        return text.ToString();
    }

    /// <summary>One or more assignments that make the field what it is; each begins where the one before ended.</summary>
    private IEnumerable<string> WriteField(string key, HoconValue value, bool isWrittenOut)
    {
        var name = scalars.Key(key);
        if (random.OneIn(8))
        {
            // A later value hides an earlier one. Under an object only what is no object is hidden.
            yield return Assign(name, value is HoconObject ? random.Pick(["1", "[{x = 1}]", "null", "text"]) : random.Pick(["1", "{x = 1}", "[1, 2]", "null"]));
        }

        switch (value)
        {
            case HoconObject { Fields.Count: > 0 } obj when random.OneIn(3):
                foreach (var line in obj.Fields.SelectMany(field => WriteField(field.Key, field.Value, isWrittenOut)))
                {
                    yield return random.OneIn(3) ? $"{name} {{ {line}{Blank()} }}" : $"{name}.{line}";
                }

                break;
            case HoconArray { Items.Count: > 0 } array when random.OneIn(4):
                var count = random.Between(1, array.Items.Count);
                yield return Assign(name, Items(array.Items.Take(array.Items.Count - count)));
                foreach (var item in array.Items.TakeLast(count))
                {
                    yield return $"{name}{Space()}+={Space()}{Value(item)}";
                }

                break;
            default:
                yield return value is HoconObject && random.OneIn(3)
                    ? $"{name}{Space()}{Written(value)}"
                    : Assign(name, isWrittenOut ? Written(value) : Value(value));
                break;
        }
    }

    private string Assign(string name, string value) => $"{name}{Space()}{random.Pick(["=", ":"])}{(random.OneIn(6) ? Blank() : Space())}{value}";

    private string Value(HoconValue value) =>
        elsewhere.TryGetValue(HoconTree.Canonical(value), out var substitution) && random.OneIn(2) ? substitution : Written(value);

    private string Written(HoconValue value) => value switch
    {
        HoconObject obj => random.OneIn(4) ? Halves(obj) : "{" + WriteFields(obj) + "}" + AlsoNothing(),
        HoconArray array => random.OneIn(4) ? Halves(array) : Items(array.Items) + AlsoNothing(),
        HoconScalar { Kind: HoconScalarKind.String } text => WrittenText(scalars.Text(text.Text)),
        _ => value.ToString()!,
    };

    /// <summary>Only quotes end where they end, whatever stands beside them.</summary>
    private string WrittenText(string text) =>
        text.StartsWith('"') && !text.StartsWith("\"\"\"", StringComparison.Ordinal) ? AlsoNothing(isText: true) + text : text;

    private string AlsoNothing(bool isText = false) => !random.OneIn(8) ? "" : isText ? Nowhere : Space() + Nowhere;

    private string Halves(HoconObject obj)
    {
        var at = random.Below(obj.Fields.Count + 1);
        return "{" + WriteFields(Part(obj.Fields.Take(at))) + "}" + Space() + "{" + WriteFields(Part(obj.Fields.Skip(at))) + "}";
    }

    private string Halves(HoconArray array)
    {
        var at = random.Below(array.Items.Count + 1);
        return Items(array.Items.Take(at)) + Space() + Items(array.Items.Skip(at));
    }

    private static HoconObject Part(IEnumerable<KeyValuePair<string, HoconValue>> fields) =>
        new(new OrderedDictionary<string, HoconValue>(fields, StringComparer.Ordinal), default);

    private string Items(IEnumerable<HoconValue> items)
    {
        var written = items.Select(Value).ToList();
        var text = new StringBuilder("[").Append(Blank());
        for (var i = 0; i < written.Count; i++)
        {
            text.Append(written[i]).Append(i + 1 < written.Count ? Separator() : random.OneIn(4) ? Separator() : Blank());
        }

        return text.Append(']').ToString();
    }

    private string Separator() => Space() + random.Below(4) switch
    {
        0 => "," + Blank(),
        1 => "," + Newline() + Blank(),
        2 => Newline() + Blank() + "," + Blank(),
        _ => Newline() + Blank(),
    };

    private string Newline() => Comment() + random.Pick(["\n", "\n", "\r\n"]);

    private string Comment() => random.OneIn(6) ? " " + random.Pick(["# comment", "// \"x\" {", "#", "//${a}", "# é🗝"]) : "";

    private string Blank() => random.OneIn(4) ? Space() + Newline() + Space() : Space();

    private string Space() => random.OneIn(3) ? random.Pick([" ", "  ", "\t", "\u00a0"]) : "";
}
