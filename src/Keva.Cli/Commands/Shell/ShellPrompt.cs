using System.Globalization;
using Keva.Cli.Commands.Completion;
using Spectre.Console.Rendering;

namespace Keva.Cli.Commands.Shell;

/// <summary>Reads lines from a terminal: edits, completes, and remembers them.</summary>
/// <param name="prompt">What stands before the line.</param>
/// <param name="history">The lines of before.</param>
/// <param name="complete">What the line up to the cursor may become.</param>
internal sealed class ShellPrompt(string prompt, ShellHistory history, Func<string, Completions> complete)
{
    private int cursorRow;

    /// <summary>The next line; empty if it was given up, null if there are no more.</summary>
    public string? ReadLine()
    {
        // Ctrl-C gives up the line, and not the shell.
        Console.TreatControlCAsInput = true;
        try
        {
            return Edit(new LineEditor(history.Lines));
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }

    private string? Edit(LineEditor editor)
    {
        cursorRow = 0;
        Draw(editor.Line);
        while (true)
        {
            switch (editor.Press(Console.ReadKey(intercept: true)))
            {
                case KeyOutcome.Entered:
                    Finish(editor.Line);
                    return editor.Line.Text;
                case KeyOutcome.Abandoned:
                    Finish(editor.Line, "^C");
                    return "";
                case KeyOutcome.Ended:
                    Console.Out.WriteLine();
                    return null;
                case KeyOutcome.Completing:
                    Complete(editor.Line);
                    break;
                case KeyOutcome.Clearing:
                    Console.Out.Write("\u001b[H\u001b[2J");
                    cursorRow = 0;
                    break;
            }

            // What was pasted is drawn once and not letter by letter.
            if (!Console.KeyAvailable)
            {
                Draw(editor.Line);
            }
        }
    }

    private void Complete(LineBuffer line)
    {
        var found = complete(line.Text[..line.Cursor]);
        if (found.Words is [var only])
        {
            line.Replace(found.From, ShellWords.Quote(only) + " ");
        }
        else if (found.Common.Length > found.Typed.Length)
        {
            line.Replace(found.From, found.Common);
        }
        else if (found.Words.Count > 1)
        {
            Finish(line);
            Console.Out.WriteLine(InColumns(found.Words, Console.WindowWidth));
        }
    }

    /// <summary>Leaves the line as it stands, and goes below it.</summary>
    private void Finish(LineBuffer line, string mark = "")
    {
        line.End();
        Draw(line);
        Console.Out.WriteLine(mark);
        cursorRow = 0;
    }

    private void Draw(LineBuffer line)
    {
        var width = Math.Max(1, Console.WindowWidth);
        var end = WidthOf(prompt) + WidthOf(line.Text);
        var at = WidthOf(prompt) + WidthOf(line.Text[..line.Cursor]);

        // At the right edge a terminal has not gone to the next line yet.
        var edge = end % width == 0 ? "\r\n" : "";
        Console.Out.Write($"{Up(cursorRow)}\r\u001b[J{prompt}{line.Text}{edge}{Up((end / width) - (at / width))}\r{Forward(at % width)}");
        cursorRow = at / width;
    }

    private static string Up(int rows) => rows > 0 ? string.Create(CultureInfo.InvariantCulture, $"\u001b[{rows}A") : "";

    private static string Forward(int columns) => columns > 0 ? string.Create(CultureInfo.InvariantCulture, $"\u001b[{columns}C") : "";

    private static int WidthOf(string text) => new Segment(text).CellCount();

    private static string InColumns(IReadOnlyList<string> words, int width)
    {
        var column = words.Max(word => word.Length) + 2;
        return string.Join('\n', words.Chunk(Math.Max(1, width / column)).Select(row => string.Concat(row.Select(word => word.PadRight(column))).TrimEnd()));
    }
}
