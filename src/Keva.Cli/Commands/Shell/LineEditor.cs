namespace Keva.Cli.Commands.Shell;

/// <summary>What a key means beyond the line itself.</summary>
internal enum KeyOutcome
{
    /// <summary>The line is being edited still.</summary>
    Edited,

    /// <summary>The line is to be carried out.</summary>
    Entered,

    /// <summary>The line is given up.</summary>
    Abandoned,

    /// <summary>There will be no more lines.</summary>
    Ended,

    /// <summary>The word at the cursor is to be completed.</summary>
    Completing,
    Clearing,
}

/// <summary>Turns keys into changes of a line, with the keys of a POSIX shell. The lines of before are behind the arrows.</summary>
/// <param name="earlier">The lines of before, the oldest first.</param>
internal sealed class LineEditor(IReadOnlyList<string> earlier)
{
    private int place = earlier.Count;
    private string unfinished = "";

    public LineBuffer Line { get; } = new();

    public KeyOutcome Press(ConsoleKeyInfo key)
    {
        if (key.Modifiers.HasFlag(ConsoleModifiers.Control))
        {
            return PressWithControl(key.Key);
        }

        switch (key.Key)
        {
            case ConsoleKey.Enter: return KeyOutcome.Entered;
            case ConsoleKey.Tab: return KeyOutcome.Completing;
            case ConsoleKey.Backspace: Line.Backspace(); break;
            case ConsoleKey.Delete: Line.Delete(); break;
            case ConsoleKey.LeftArrow: Line.Left(); break;
            case ConsoleKey.RightArrow: Line.Right(); break;
            case ConsoleKey.Home: Line.Home(); break;
            case ConsoleKey.End: Line.End(); break;
            case ConsoleKey.UpArrow: GoTo(place - 1); break;
            case ConsoleKey.DownArrow: GoTo(place + 1); break;
            case ConsoleKey.Escape: Line.Set(""); break;
            default:
                if (!char.IsControl(key.KeyChar))
                {
                    Line.Insert(key.KeyChar.ToString());
                }

                break;
        }

        return KeyOutcome.Edited;
    }

    private KeyOutcome PressWithControl(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.C: return KeyOutcome.Abandoned;
            case ConsoleKey.D when Line.Text.Length == 0: return KeyOutcome.Ended;
            case ConsoleKey.D: Line.Delete(); break;
            case ConsoleKey.J or ConsoleKey.M or ConsoleKey.Enter: return KeyOutcome.Entered;
            case ConsoleKey.I: return KeyOutcome.Completing;
            case ConsoleKey.L: return KeyOutcome.Clearing;
            case ConsoleKey.A: Line.Home(); break;
            case ConsoleKey.E: Line.End(); break;
            case ConsoleKey.B: Line.Left(); break;
            case ConsoleKey.F: Line.Right(); break;
            case ConsoleKey.H or ConsoleKey.Backspace: Line.Backspace(); break;
            case ConsoleKey.K: Line.KillToEnd(); break;
            case ConsoleKey.U: Line.KillToBegin(); break;
            case ConsoleKey.W: Line.KillWord(); break;
            case ConsoleKey.P: GoTo(place - 1); break;
            case ConsoleKey.N: GoTo(place + 1); break;
            case ConsoleKey.LeftArrow: Line.WordLeft(); break;
            case ConsoleKey.RightArrow: Line.WordRight(); break;
        }

        return KeyOutcome.Edited;
    }

    private void GoTo(int wanted)
    {
        if (wanted < 0 || wanted > earlier.Count)
        {
            return;
        }

        // What was typed is not lost by looking at earlier lines.
        unfinished = place == earlier.Count ? Line.Text : unfinished;
        place = wanted;
        Line.Set(place == earlier.Count ? unfinished : earlier[place]);
    }
}
