namespace Keva.Cli.Commands.Shell;

/// <summary>A line that is being edited, and where the cursor is in it. A character outside of the basic plane is one step.</summary>
internal sealed class LineBuffer
{
    public string Text { get; private set; } = "";

    /// <summary>The place in <see cref="Text"/> before which is inserted.</summary>
    public int Cursor { get; private set; }

    public void Set(string text)
    {
        Text = text;
        Cursor = text.Length;
    }

    public void Insert(string text)
    {
        Text = Text.Insert(Cursor, text);
        Cursor += text.Length;
    }

    /// <summary>Puts something in place of what is between a place and the cursor.</summary>
    public void Replace(int from, string text)
    {
        Text = string.Concat(Text.AsSpan(0, from), text, Text.AsSpan(Cursor));
        Cursor = from + text.Length;
    }

    public void Left() => Cursor = Before(Cursor);

    public void Right() => Cursor = Behind(Cursor);

    public void Home() => Cursor = 0;

    public void End() => Cursor = Text.Length;

    public void WordLeft() => Cursor = WordBegin();

    public void WordRight()
    {
        while (Cursor < Text.Length && char.IsWhiteSpace(Text[Cursor]))
        {
            Cursor++;
        }

        while (Cursor < Text.Length && !char.IsWhiteSpace(Text[Cursor]))
        {
            Cursor++;
        }
    }

    public void Backspace() => Replace(Before(Cursor), "");

    public void Delete() => Text = Text.Remove(Cursor, Behind(Cursor) - Cursor);

    public void KillToEnd() => Text = Text[..Cursor];

    public void KillToBegin() => Replace(0, "");

    public void KillWord() => Replace(WordBegin(), "");

    private int Before(int place) => place switch
    {
        0 => 0,
        _ when place > 1 && char.IsLowSurrogate(Text[place - 1]) && char.IsHighSurrogate(Text[place - 2]) => place - 2,
        _ => place - 1,
    };

    private int Behind(int place) => place switch
    {
        _ when place == Text.Length => place,
        _ when place + 1 < Text.Length && char.IsHighSurrogate(Text[place]) && char.IsLowSurrogate(Text[place + 1]) => place + 2,
        _ => place + 1,
    };

    private int WordBegin()
    {
        var place = Cursor;
        while (place > 0 && char.IsWhiteSpace(Text[place - 1]))
        {
            place--;
        }

        while (place > 0 && !char.IsWhiteSpace(Text[place - 1]))
        {
            place--;
        }

        return place;
    }
}
