using System.Text;

namespace Keva.Cli.Commands.Gossip;

/// <summary>
/// Lines in columns as Serf's program aligns them: two spaces apart, the last column of each line as it is, and nothing
/// after the last line.
/// </summary>
internal static class Columns
{
    private const string Gap = "  ";

    public static string Align(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = new List<int>();
        foreach (var row in rows)
        {
            for (var column = 0; column < row.Count; column++)
            {
                if (column == widths.Count)
                {
                    widths.Add(0);
                }

                widths[column] = Math.Max(widths[column], WidthOf(row[column].Trim()));
            }
        }

        var text = new StringBuilder();
        foreach (var row in rows)
        {
            for (var column = 0; column < row.Count - 1; column++)
            {
                var cell = row[column].Trim();
                text.Append(cell).Append(' ', widths[column] - WidthOf(cell)).Append(Gap);
            }

            text.Append(row.Count > 0 ? row[^1].Trim() : "").Append('\n');
        }

        return text.ToString().Trim();
    }

    private static int WidthOf(string cell) => cell.EnumerateRunes().Count();
}
