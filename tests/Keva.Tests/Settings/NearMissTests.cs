using Keva.Node.Configuration;

namespace Keva.Tests.Settings;

public sealed class NearMissTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("abc", "abc", 0)]
    [InlineData("ABC", "abc", 0)]
    [InlineData("a_b", "a-b", 0)]
    [InlineData("abc", "acb", 1)]
    [InlineData("abc", "abxc", 1)]
    [InlineData("abc", "ac", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void The_distance_counts_insertions_deletions_replacements_and_swaps(string one, string other, int expected)
    {
        Assert.Equal(expected, NearMiss.Distance(one, other));
        Assert.Equal(expected, NearMiss.Distance(other, one));
    }

    [Fact]
    public void The_nearest_is_suggested_and_nothing_far_away()
    {
        string[] candidates = ["keva_port", "user_port", "identity"];
        Assert.Equal("; did you mean 'user_port'?", NearMiss.Suggest("usr_port", candidates));
        Assert.Equal("", NearMiss.Suggest("password", candidates));
        Assert.Equal("", NearMiss.Suggest(new string('x', 100_000), candidates));
    }
}
