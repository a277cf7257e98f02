using System.Globalization;

namespace Keva.Simulator.PlantedBugs;

/// <summary>
/// Reads the files of planted bugs: lines <c>area:</c>, <c>what:</c> and perhaps <c>seed:</c>, then for each edit the line
/// <c>in</c> with a file's name and the two texts between <c>&lt;&lt;&lt;</c>, <c>===</c> and <c>&gt;&gt;&gt;</c>.
/// </summary>
internal static class BugFileReader
{
    /// <summary>Stands in the new text for "this bug is active".</summary>
    public const string Active = "%bug%";

    public static IReadOnlyList<PlantedBug> ReadAll(string directory) =>
        [.. Directory.GetFiles(directory, "*.bug").Order(StringComparer.Ordinal).Select(Read)];

    public static PlantedBug Read(string path) => Parse(Path.GetFileNameWithoutExtension(path), File.ReadAllLines(path));

    /// <exception cref="PlantingException">The text is not of this form.</exception>
    public static PlantedBug Parse(string name, IReadOnlyList<string> lines)
    {
        string? area = null;
        string? what = null;
        int? seed = null;
        var edits = new List<BugEdit>();
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines[i];
            if (line.StartsWith("area: ", StringComparison.Ordinal))
            {
                area = line[6..];
            }
            else if (line.StartsWith("what: ", StringComparison.Ordinal))
            {
                what = line[6..];
            }
            else if (line.StartsWith("seed: ", StringComparison.Ordinal))
            {
                seed = int.Parse(line[6..], CultureInfo.InvariantCulture);
            }
            else if (line.StartsWith("in ", StringComparison.Ordinal))
            {
                edits.Add(ReadEdit(name, lines, ref i));
            }
            else if (line.Length > 0)
            {
                throw new PlantingException($"{name}: line {i + 1} says nothing that is known: {line}");
            }
        }

        if (area is null || what is null || edits.Count == 0 || !edits.Exists(edit => edit.Replace.Contains(Active, StringComparison.Ordinal)))
        {
            throw new PlantingException($"{name}: area, what, and an edit with {Active} are needed");
        }

        return new PlantedBug(name, area, what, seed, edits);
    }

    private static BugEdit ReadEdit(string name, IReadOnlyList<string> lines, ref int i)
    {
        var file = lines[i++][3..].Trim();
        var find = ReadUntil(name, lines, ref i, "<<<", "===");
        var replace = ReadUntil(name, lines, ref i, "===", ">>>");
        return new BugEdit(file, find, replace);
    }

    /// <summary>The lines between two marks; afterwards <paramref name="i"/> is at the second.</summary>
    private static string ReadUntil(string name, IReadOnlyList<string> lines, ref int i, string begin, string end)
    {
        if (i >= lines.Count || lines[i] != begin)
        {
            throw new PlantingException($"{name}: {begin} is missing before line {i + 1}");
        }

        var first = ++i;
        while (i < lines.Count && lines[i] != end)
        {
            i++;
        }

        return i < lines.Count ? string.Join('\n', lines.Skip(first).Take(i - first)) : throw new PlantingException($"{name}: {end} is missing");
    }
}
