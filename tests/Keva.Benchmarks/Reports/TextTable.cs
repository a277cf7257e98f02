namespace Keva.Benchmarks.Reports;

/// <summary>Rows in columns: the first to the left, all others to the right.</summary>
internal sealed class TextTable
{
    private readonly List<string[]> rows = [];

    public void Add(params string[] cells) => rows.Add(cells);

    public IEnumerable<string> Lines(string indent = "  ")
    {
        var widths = new int[rows.Max(row => row.Length)];
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length; i++)
            {
                widths[i] = Math.Max(widths[i], row[i].Length);
            }
        }

        return rows.Select(row => (indent + string.Join("  ", row.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i])))).TrimEnd());
    }
}
