using Spectre.Console;

namespace Keva.Cli;

/// <summary>
/// How tables look on a terminal. Colours are few, are the same everywhere, and never the only sign of anything: they are
/// from the terminal's own sixteen, so that they can be read on a light ground and on a dark one.
/// </summary>
internal static class TerminalTable
{
    public static readonly Style Good = new(Color.Green);
    public static readonly Style Bad = new(Color.Red, decoration: Decoration.Bold);
    public static readonly Style Doubtful = new(Color.Olive);
    public static readonly Style Quiet = new(decoration: Decoration.Dim);
    public static readonly Style Strong = new(decoration: Decoration.Bold);

    public static Table Create(params string[] headings)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var heading in headings)
        {
            table.AddColumn(new TableColumn(new Text(heading, Strong)) { Padding = new Padding(0, 0, 2, 0), NoWrap = true });
        }

        return table;
    }

    /// <summary>Labels, and beside them what may need more lines than one.</summary>
    public static Grid Pairs()
    {
        var grid = new Grid { Expand = false };
        grid.AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0, 2, 0) });
        grid.AddColumn(new GridColumn { Padding = new Padding(0, 0, 0, 0) });
        return grid;
    }

    public static Text Role(string role) => new(role, role == "leader" ? Strong : Style.Plain);

    public static Text Status(string status) => new(status, status switch
    {
        "up" => Good,
        "failed" => Bad,
        "joining" or "leaving" => Doubtful,
        _ => Style.Plain,
    });
}
