using Keva.Node.Telemetry.Warnings;
using Keva.Tests.Gateway;
using Microsoft.Extensions.Logging;

namespace Keva.Tests.Telemetry;

public sealed class WarningWatchTests
{
    private static readonly VitalSigns Signs = new(
        TimeSpan.FromHours(1), DateTimeOffset.UnixEpoch, Views.Leading("host1"), Consensus: null, Journal: null, TimeSpan.Zero, TimeSpan.Zero, CheckpointFailures: 0, Disk: null, TimeSpan.Zero, []);

    private readonly RecordingLogger log = new();

    [Fact]
    public async Task It_shows_what_its_rules_find_at_its_first_look()
    {
        var board = new WarningBoard(log);
        using var watch = new WarningWatch(() => Signs, [new Always()], board, log);
        Assert.Empty(board.Current);
        watch.Start(TimeProvider.System);
        await UntilAsync(() => board.Current.Count == 1);
        Assert.Equal(new Warning("always", Signs.WallClock, "It is so.", "Nothing can be done."), board.Current[0]);
    }

    [Fact]
    public async Task A_watch_that_cannot_look_says_so_and_looks_no_more()
    {
        var looks = 0;
        var watch = new WarningWatch(
            () =>
            {
                looks++;
                throw new InvalidOperationException("as it happens");
            },
            [],
            new WarningBoard(log),
            log);
        watch.Start(TimeProvider.System);
        await UntilAsync(() => log.Lines.Count > 0);
        watch.Dispose();
        Assert.Equal((LogLevel.Error, 604), (Assert.Single(log.Lines).Level, log.Lines[0].Event));
        Assert.Equal(1, looks);
    }

    [Fact]
    public void One_that_was_never_started_can_be_stopped()
    {
        var watch = new WarningWatch(() => Signs, [], new WarningBoard(log), log);
        watch.Dispose();
        Assert.Empty(log.Lines);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < deadline, "it comes true");
            await Task.Yield();
        }
    }

    private sealed class Always : IWarningRule
    {
        public string Code => "always";

        public Finding? Judge(VitalSigns signs) => new("It is so.", "Nothing can be done.");
    }
}
