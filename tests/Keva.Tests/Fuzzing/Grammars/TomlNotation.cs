using System.Text;
using Keva.Node.Configuration.Toml;
using Keva.Tests.Fuzzing.Engine;

namespace Keva.Tests.Fuzzing.Grammars;

/// <summary>
/// Writes a document in one of the many ways in which TOML allows to write it: tables with headers, dotted or inline, arrays
/// of tables or of inline tables, all forms of keys, white space, comments, line ends.
/// </summary>
internal sealed class TomlNotation
{
    /// <summary>A header counts twice in the reader's limit on depth, so deep documents are written without.</summary>
    private const int DeepestWithHeaders = 50;

    private readonly FuzzRandom random;
    private readonly TomlScalarNotation scalars;
    private readonly string newline;
    private readonly bool hasHeaders;
    private readonly StringBuilder text = new();

    private TomlNotation(FuzzRandom random, bool hasHeaders)
    {
        this.random = random;
        this.hasHeaders = hasHeaders;
        newline = random.OneIn(4) ? "\r\n" : "\n";
        scalars = new TomlScalarNotation(random, newline);
    }

    public static byte[] Write(TomlTable root, FuzzRandom random)
    {
        var notation = new TomlNotation(random, TomlTree.DepthOf(root) <= DeepestWithHeaders);
        notation.WriteSection(root, [], header: null);
        var bytes = Encoding.UTF8.GetBytes(notation.text.ToString());
        return random.OneIn(8) ? [.. Encoding.UTF8.Preamble, .. bytes] : bytes;
    }

    /// <summary>A header, the plain keys below it, and the sections of the tables inside.</summary>
    private void WriteSection(TomlTable table, List<string> path, string? header)
    {
        var inside = hasHeaders ? table.Members.Where(IsSection).ToList() : [];
        var plain = table.Members.Except(inside).ToList();
        Shuffle(inside);
        Shuffle(plain);

        // A table that only holds tables need not be named, and may be named behind them.
        var isArrayElement = header?.StartsWith("[[", StringComparison.Ordinal) == true;
        var isImplied = !isArrayElement && inside.Count > 0 && plain.Count == 0 && random.OneIn(2);
        var isNamedLast = header is not null && !isArrayElement && !isImplied && inside.Count > 0 && random.OneIn(4);
        if (!isNamedLast)
        {
            WriteBody(isImplied ? null : header, plain);
        }

        foreach (var member in inside)
        {
            WriteInside(member, [.. path, member.Key]);
        }

        if (isNamedLast)
        {
            WriteBody(header, plain);
        }
    }

    private void WriteInside(TomlMember member, List<string> path)
    {
        if (member.Value is TomlTable table)
        {
            WriteSection(table, path, $"[{Path(path)}]");
            return;
        }

        foreach (var element in ((TomlArray)member.Value).Items)
        {
            WriteSection((TomlTable)element, path, $"[[{Path(path)}]]");
        }
    }

    private bool IsSection(TomlMember member) => member.Value switch
    {
        TomlTable => random.OneIn(2),
        TomlArray { Items.Count: > 0 } array => array.Items.All(item => item is TomlTable) && random.OneIn(2),
        _ => false,
    };

    private void WriteBody(string? header, List<TomlMember> members)
    {
        if (header is not null)
        {
            Line(header);
        }

        foreach (var member in members)
        {
            WriteMember([member.Key], member.Value);
        }
    }

    /// <summary><c>key = value</c>, or for a table possibly <c>key.inner = value</c> for all that is in it.</summary>
    private void WriteMember(List<string> key, TomlValue value)
    {
        if (value is TomlTable { Members.Count: > 0 } table && random.OneIn(2))
        {
            foreach (var member in table.Members)
            {
                WriteMember([.. key, member.Key], member.Value);
            }
        }
        else
        {
            Line($"{Path(key)}{Space()}={Space()}{Value(value)}");
        }
    }

    private void Line(string content)
    {
        while (random.OneIn(6))
        {
            text.Append(Space()).Append(Comment()).Append(newline);
        }

        text.Append(Space()).Append(content).Append(Space()).Append(Comment()).Append(newline);
    }

    private string Value(TomlValue value) => value switch
    {
        TomlTable { Members.Count: 0 } => "{" + Space() + "}",
        TomlTable table => "{" + string.Join(",", table.Members.Select(member => Space() + InlineMember([member.Key], member.Value) + Space())) + "}",
        TomlArray array => "[" + Blank() + string.Join("," + Blank(), array.Items.Select(item => Value(item) + Blank()))
            + (array.Items.Count > 0 && random.OneIn(3) ? "," + Blank() : "") + "]",
        _ => scalars.Write(value),
    };

    private string InlineMember(List<string> key, TomlValue value) => value is TomlTable { Members.Count: > 0 } table && random.OneIn(3)
        ? string.Join(",", table.Members.Select(member => Space() + InlineMember([.. key, member.Key], member.Value)))
        : $"{Path(key)}{Space()}={Space()}{Value(value)}";

    private string Path(List<string> keys) => string.Join(".", keys.Select(key => Space() + Key(key) + Space()));

    private string Key(string name)
    {
        var isBare = name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
        return isBare && !random.OneIn(4) ? name : scalars.WriteOnOneLine(name);
    }

    private string Space() => random.OneIn(3) ? random.Pick([" ", "  ", "\t"]) : "";

    private string Comment() => random.OneIn(6) ? "#" + random.Pick(["", " comment", "[x]", "\"", "é🗝\t", "=1"]) : "";

    /// <summary>What may stand between the parts of an array.</summary>
    private string Blank() => random.OneIn(4) ? Space() + Comment() + newline + Space() : Space();

    private void Shuffle(List<TomlMember> members)
    {
        for (var i = members.Count - 1; i > 0; i--)
        {
            var other = random.Below(i + 1);
            (members[i], members[other]) = (members[other], members[i]);
        }
    }
}
