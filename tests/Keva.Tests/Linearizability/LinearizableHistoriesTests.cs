using Keva.Linearizability;

namespace Keva.Tests.Linearizability;

/// <summary>Histories of which a person sees that a single copy of the data can have produced them, or cannot.</summary>
public sealed class LinearizableHistoriesTests
{
    [Theory]
    [InlineData("nothing happened", "")]
    [InlineData("one after the other", """
        0-1 set a 1
        2-3 read a 1
        4-5 set a 2
        6-7 read a 2
        """)]
    [InlineData("a key that was never written has no value", "0-1 read a nothing")]
    [InlineData("during a write both the old and the new value may be read", """
        0-1 set a 1
        2-9 set a 2
        3-4 read a 1
        5-6 read a 2
        """)]
    [InlineData("three writes at once, read in an order that is not that of their invocation", """
        0-20 set a 1
        1-20 set a 2
        2-20 set a 3
        3-6 read a 3
        7-9 read a 1
        10-12 read a 2
        """)]
    [InlineData("a write may take effect after a later one that it overlaps", """
        0-10 set a 1
        1-3 set a 2
        4-5 read a 2
        11-12 read a 1
        """)]
    [InlineData("answers at the same moment are of no order", """
        0-5 set a 1
        5-6 read a nothing
        """)]
    [InlineData("keys have nothing to do with each other", """
        0-1 set a 1
        2-3 read b nothing
        4-5 set b 2
        6-7 read a 1
        """)]
    [InlineData("an unknown outcome that took effect late", """
        0-1 set a 1
        2-? set a 2
        3-4 read a 1
        5-6 set a 3
        7-8 read a 3
        90-91 read a 2
        """)]
    [InlineData("an unknown outcome that never took effect", """
        0-1 set a 1
        2-? set a 2
        3-? delete a
        90-91 read a 1
        """)]
    [InlineData("an unknown delete took effect between two reads", """
        0-1 set a 1
        2-? delete a
        3-4 read a 1
        5-6 read a nothing
        """)]
    [InlineData("an unknown set made what a delete found", """
        0-? set a 1
        2-3 delete a existed
        4-5 read a nothing
        """)]
    [InlineData("many unknown writes, each used once", """
        0-? set a 1
        0-? set a 2
        0-? delete a
        0-? delete a
        5-6 read a 2
        7-8 read a nothing
        9-10 read a 1
        11-12 read a nothing
        """)]
    [InlineData("deletes that found what they say", """
        0-1 delete a absent
        2-3 set a 1
        4-5 delete a existed
        6-7 delete a absent
        8-9 set a 2
        10-11 delete a 2
        12-13 read a nothing
        """)]
    [InlineData("of two deletes at once one found the value", """
        0-1 set a 1
        2-6 delete a existed
        2-6 delete a absent
        """)]
    [InlineData("the same value written twice may be read before and after another", """
        0-1 set a 7
        2-3 read a 7
        4-5 set a 8
        6-7 set a 7
        8-9 read a 7
        """)]
    [InlineData("a set that replaced a value, and its value written twice", """
        0-9 set a 2
        1-9 set a 1 existed
        2-9 set a 2 existed
        10-11 read a 2
        """)]
    [InlineData("a read that was not answered says nothing", """
        0-1 set a 1
        2-? read a 5
        """)]
    public void This_is_linearizable(string what, string history) =>
        AssertVerdict(Verdict.Ok, what, history);

    [Theory]
    [InlineData("a stale read", """
        0-1 set a 1
        2-3 set a 2
        4-5 read a 1
        """)]
    [InlineData("a lost update", """
        0-1 set a 1
        2-3 read a nothing
        """)]
    [InlineData("a dirty read: the write failed for certain, so it is not in the history", """
        0-1 set a 1
        2-3 read a 9
        """)]
    [InlineData("a read from the future", """
        0-1 read a 1
        2-3 set a 1
        """)]
    [InlineData("a write that took effect twice", """
        0-3 set a 1
        1-4 read a 1
        5-6 set a 2
        7-8 read a 2
        9-10 read a 1
        """)]
    [InlineData("an unknown write that took effect twice", """
        0-? set a 1
        1-4 read a 1
        5-6 set a 2
        7-8 read a 2
        9-10 read a 1
        """)]
    [InlineData("two readers that see two concurrent writes in different orders", """
        0-9 set a 1
        0-9 set a 2
        1-2 read a 1
        3-4 read a 2
        5-6 read a 1
        """)]
    [InlineData("a read that goes back behind what another client saw", """
        0-90 set a 2
        1-2 read a 2
        3-4 read a nothing
        """)]
    [InlineData("a delete that came back", """
        0-1 set a 1
        2-3 delete a existed
        4-5 read a 1
        """)]
    [InlineData("a delete that found what was not there", "0-1 delete a existed")]
    [InlineData("a delete that did not find what was there", """
        0-1 set a 1
        2-3 delete a absent
        """)]
    [InlineData("two deletes of one value", """
        0-1 set a 1
        2-6 delete a existed
        2-6 delete a existed
        """)]
    [InlineData("two deletes that removed the same value", """
        0-1 set a 1
        2-6 delete a 1
        3-7 delete a 1
        """)]
    [InlineData("a read of what a delete had removed", """
        0-1 set a 1
        2-3 delete a 1
        4-5 read a 1
        """)]
    [InlineData("a delete that removed what was overwritten before", """
        0-1 set a 1
        2-3 set a 2
        4-5 delete a 1
        """)]
    [InlineData("fewer unknown writes than were seen to take effect", """
        0-? delete a
        0-1 set a 1
        2-3 read a nothing
        4-5 set a 2
        6-7 read a nothing
        """)]
    [InlineData("an unknown write that was seen before it began", """
        3-4 delete a existed
        5-? set a 1
        """)]
    [InlineData("the same value written twice, and read after something else", """
        0-1 set a 7
        2-3 set a 7
        4-5 set a 8
        6-7 read a 7
        """)]
    public void This_is_not_linearizable(string what, string history) =>
        AssertVerdict(Verdict.Violation, what, history);

    [Fact]
    public void The_order_of_the_list_does_not_matter()
    {
        var history = HistoryNotation.Parse("""
            0-1 set a 1
            2-3 set a 2
            4-5 read a 1
            """);
        Assert.Equal(Verdict.Violation, LinearizabilityChecker.Check(history.Reverse()).Verdict);
        Assert.Equal(Verdict.Ok, LinearizabilityChecker.Check(history.Take(2).Reverse()).Verdict);
    }

    [Theory]
    [InlineData("5-4 set a 1")]
    [InlineData("4-5 set a")]
    public void A_history_that_makes_no_sense_is_refused(string history) =>
        Assert.Throws<ArgumentException>(() => LinearizabilityChecker.Check(HistoryNotation.Parse(history)));

    private static void AssertVerdict(Verdict expected, string what, string history)
    {
        var operations = HistoryNotation.Parse(history);
        var result = LinearizabilityChecker.Check(operations);
        Assert.True(result.Verdict == expected, $"{what}: {result}");
        Assert.Equal(expected == Verdict.Ok, BruteForce.IsLinearizable(operations));
    }
}
