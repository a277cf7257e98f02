using Keva.Node.Telemetry.Warnings;
using Microsoft.Extensions.Logging;

namespace Keva.Tests.Telemetry;

public sealed class WarningBoardTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly Lines lines = new();
    private readonly WarningBoard board;

    public WarningBoardTests() => board = new WarningBoard(lines);

    [Fact]
    public void A_finding_is_shown_since_it_came_with_its_latest_words_and_logged_once()
    {
        for (var second = 0; second < 100; second++)
        {
            Update(second, $"{second} MiB are free.");
        }

        var warning = Assert.Single(board.Current);
        Assert.Equal(("disk_low", Noon, "99 MiB are free.", "Free some."), (warning.Code, warning.Since, warning.Text, warning.Hint));
        Assert.Equal("disk_low: 0 MiB are free. Free some.", Assert.Single(lines.Texts));
    }

    [Fact]
    public void It_is_over_when_nothing_was_found_for_a_while_and_that_is_logged_too()
    {
        Update(0, "Little is free.");
        Update(10, "Little is free.");
        Update(39, null);
        Assert.Single(board.Current);
        Update(40, null);
        Assert.Empty(board.Current);
        Assert.Equal("disk_low: over after 10 s. It was: Little is free.", lines.Texts[^1]);
    }

    [Fact]
    public void Trouble_that_comes_and_goes_makes_few_lines()
    {
        for (var second = 0; second < 600; second++)
        {
            Update(second, second % 7 < 3 ? "Little is free." : null);
        }

        Assert.Single(lines.Texts);
        Assert.Equal(1, board.Raised["disk_low"]);
    }

    [Fact]
    public void What_never_came_is_counted_as_never()
    {
        Update(0, null);
        Assert.Equal(0, board.Raised["disk_low"]);
        Assert.Empty(lines.Texts);
    }

    [Fact]
    public void What_comes_again_is_counted_again()
    {
        Update(0, "Little is free.");
        Update(30, null);
        Update(31, "Little is free.");
        Assert.Equal(2, board.Raised["disk_low"]);
        Assert.Equal(Noon.AddSeconds(31), Assert.Single(board.Current).Since);
    }

    private void Update(int second, string? text) => board.Update(
        [("disk_low", text is null ? null : new Finding(text, "Free some."))], TimeSpan.FromSeconds(second), Noon.AddSeconds(second));

    private sealed class Lines : ILogger
    {
        public List<string> Texts { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Texts.Add(formatter(state, exception));
    }
}
