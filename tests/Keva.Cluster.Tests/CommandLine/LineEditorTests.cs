using Keva.Cli.Commands.Shell;

namespace Keva.Cluster.Tests.CommandLine;

public sealed class LineEditorTests
{
    private readonly LineEditor editor = new(["first", "second"]);

    [Fact]
    public void Letters_go_in_where_the_cursor_is()
    {
        Type("kv set");
        Press(ConsoleKey.LeftArrow, ConsoleKey.LeftArrow, ConsoleKey.LeftArrow);
        Type("re");
        Assert.Equal(("kv reset", 5), (editor.Line.Text, editor.Line.Cursor));
        Press(ConsoleKey.Home);
        Type("x");
        Press(ConsoleKey.End);
        Type("y");
        Assert.Equal("xkv resety", editor.Line.Text);
    }

    [Fact]
    public void The_keys_of_a_shell_move_and_kill()
    {
        Type("one two three");
        PressWithControl(ConsoleKey.W);
        Assert.Equal("one two ", editor.Line.Text);
        PressWithControl(ConsoleKey.LeftArrow, ConsoleKey.K);
        Assert.Equal("one ", editor.Line.Text);
        PressWithControl(ConsoleKey.A, ConsoleKey.RightArrow, ConsoleKey.U);
        Assert.Equal(" ", editor.Line.Text);
        Press(ConsoleKey.Backspace);
        Assert.Equal(" ", editor.Line.Text);
        PressWithControl(ConsoleKey.E, ConsoleKey.H, ConsoleKey.B, ConsoleKey.F);
        Assert.Equal("", editor.Line.Text);
    }

    [Fact]
    public void A_character_outside_of_the_basic_plane_is_one_step()
    {
        Type("a");
        editor.Line.Insert("😀");
        Press(ConsoleKey.LeftArrow);
        Assert.Equal(1, editor.Line.Cursor);
        Press(ConsoleKey.Delete);
        Assert.Equal("a", editor.Line.Text);
        editor.Line.Insert("😀");
        Press(ConsoleKey.Backspace);
        Assert.Equal("a", editor.Line.Text);
    }

    [Fact]
    public void Arrows_bring_back_earlier_lines_and_lose_nothing_that_was_typed()
    {
        Type("new");
        Press(ConsoleKey.UpArrow);
        Assert.Equal("second", editor.Line.Text);
        Press(ConsoleKey.UpArrow, ConsoleKey.UpArrow);
        Assert.Equal("first", editor.Line.Text);
        Press(ConsoleKey.DownArrow, ConsoleKey.DownArrow, ConsoleKey.DownArrow);
        Assert.Equal("new", editor.Line.Text);
    }

    [Fact]
    public void Some_keys_are_no_letters()
    {
        Assert.Equal(KeyOutcome.Ended, PressWithControl(ConsoleKey.D));
        Type("a");
        Assert.Equal(KeyOutcome.Edited, PressWithControl(ConsoleKey.D));
        Assert.Equal(KeyOutcome.Abandoned, PressWithControl(ConsoleKey.C));
        Assert.Equal(KeyOutcome.Clearing, PressWithControl(ConsoleKey.L));
        Assert.Equal(KeyOutcome.Completing, Press(ConsoleKey.Tab));
        Assert.Equal(KeyOutcome.Entered, Press(ConsoleKey.Enter));
        Assert.Equal(KeyOutcome.Edited, Press(ConsoleKey.F1));
        Assert.Equal("a", editor.Line.Text);
    }

    private void Type(string text)
    {
        foreach (var letter in text)
        {
            Assert.Equal(KeyOutcome.Edited, editor.Press(new ConsoleKeyInfo(letter, ConsoleKey.None, shift: false, alt: false, control: false)));
        }
    }

    private KeyOutcome Press(params ConsoleKey[] keys) =>
        keys.Select(key => editor.Press(new ConsoleKeyInfo('\0', key, shift: false, alt: false, control: false))).ToArray()[^1];

    private KeyOutcome PressWithControl(params ConsoleKey[] keys) =>
        keys.Select(key => editor.Press(new ConsoleKeyInfo('\0', key, shift: false, alt: false, control: true))).ToArray()[^1];
}
