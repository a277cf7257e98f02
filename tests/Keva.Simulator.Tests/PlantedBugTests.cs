using Keva.Simulator.PlantedBugs;
using Keva.Simulator.Runs;
using Keva.Simulator.Situations;
using Keva.Simulator.World;
using Xunit.Abstractions;

namespace Keva.Simulator.Tests;

public sealed class PlantedBugTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_planted_bug_is_caught()
    {
        var catches = PlantedRuns.Run(only: null, quick: true, Environment.ProcessorCount, _ => { });
        foreach (var line in PlantedReport.Table(catches))
        {
            output.WriteLine(line);
        }

        Assert.True(catches.Count >= 25, "bugs of all kinds are planted");
        Assert.True(catches.All(caught => caught.Rule is not null), $"not caught: {string.Join(", ", catches.Where(caught => caught.Rule is null).Select(caught => caught.Bug.Name))}");
    }

    [Fact]
    public void A_bug_whose_code_is_not_there_any_more_is_refused_by_name()
    {
        var bug = BugFileReader.Parse("gone", ["area: election", "what: Something.", "in src/Keva.Raft/RaftCore.cs", "<<<", "no such text", "===", "%bug%", ">>>"]);
        var refusal = Assert.Throws<PlantingException>(() => PlantedCopy.Apply(bug, bug.Edits[0], "some text"));
        Assert.StartsWith("gone does not apply any more", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<PlantingException>(() => PlantedCopy.Apply(bug, bug.Edits[0], "no such text, no such text"));
        Assert.Throws<PlantingException>(() => PlantedCopy.Apply(bug, bug.Edits[0], text: null));
    }

    [Theory]
    [InlineData("a rule")]
    [InlineData(null)]
    public void What_the_program_of_the_copy_says_of_a_bug_is_understood(string? broken)
    {
        var result = new SeedResult(17, broken, broken, [], 0, new RunCounts { SimulatedTime = TimeSpan.FromSeconds(12.34) }, new SituationCounts(), 0, 0);

        Assert.True(Awakening.TryRead(Awakening.Line("some-bug", result), out var name, out var seed, out var time, out var rule));

        Assert.Equal(("some-bug", 17, TimeSpan.FromSeconds(12.3), broken), (name, seed, time, rule));
        Assert.False(Awakening.TryRead("something else", out _, out _, out _, out _));
    }

    [Theory]
    [InlineData("area: election")]
    [InlineData("area: election", "what: Something.", "in file", "<<<", "text")]
    [InlineData("area: election", "what: Something.", "in file", "text", "===", "%bug%", ">>>")]
    [InlineData("area: election", "what: Something.", "in file", "<<<", "text", "===", "never active", ">>>")]
    [InlineData("area: election", "what: Something.", "in file", "<<<", "text", "===", "%bug%", ">>>", "and more")]
    public void A_malformed_description_of_a_bug_is_refused(params string[] lines) =>
        Assert.Throws<PlantingException>(() => BugFileReader.Parse("malformed", lines));
}
