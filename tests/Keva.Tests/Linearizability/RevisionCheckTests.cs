using Keva.Linearizability;

namespace Keva.Tests.Linearizability;

/// <summary>Histories with revisions: on one key, and over several.</summary>
public sealed class RevisionCheckTests
{
    [Theory]
    [InlineData("one after the other", """
        0-1 set a 1 @1
        2-3 set b 2 @2
        4-5 read a 1 @2/1
        6-7 delete a existed @3
        8-9 delete a absent @3
        10-11 read a nothing @3
        """)]
    [InlineData("at the same time in any order", """
        0-9 set a 1 @2
        1-8 set b 2 @1
        2-7 read b 2 @1/1
        """)]
    [InlineData("an unknown write made the missing revision", """
        0-? set a 1
        1-2 set b 2 @2
        """)]
    [InlineData("an unknown write was seen", """
        0-? set a 1
        1-2 read a 1 @1/1
        3-4 set a 2 @2
        5-6 read a 2 @2/2
        """)]
    [InlineData("an unknown delete was seen", """
        0-1 set a 1 @1
        2-? delete a
        3-4 read a nothing @2
        5-6 set b 2 @3
        """)]
    [InlineData("a set that says whether there was a value", """
        0-1 set a 1 @1
        2-? delete a
        3-4 delete a absent @2
        """)]
    [InlineData("answers without revisions", """
        0-1 set a 1
        2-3 read a 1
        4-5 set a 2 @2
        """)]
    public void This_is_strictly_serializable(string what, string history) => AssertVerdict(Verdict.Ok, what, history);

    [Theory]
    [InlineData("two writes with one revision", """
        0-1 set a 1 @1
        2-3 set b 2 @1
        """)]
    [InlineData("a write with a lower revision than one that was completed before", """
        0-1 set a 1 @2
        2-3 set b 2 @1
        """)]
    [InlineData("a read that is older than a write on another key that was completed before", """
        0-1 set a 1 @1
        2-3 set b 2 @2
        4-5 read a 1 @1/1
        """)]
    [InlineData("a read that is older than another read before it", """
        0-1 set a 1 @1
        2-9 set b 2 @2
        3-4 read a 1 @2/1
        5-6 read a 1 @1/1
        """)]
    [InlineData("an unknown write that is seen below what was completed before it", """
        1-2 set b 2 @2
        3-? set a 1
        4-5 read a 1 @2/1
        """)]
    [InlineData("a read of a value of which the store was past", """
        0-1 set a 1 @1
        2-3 set a 2 @2
        4-5 read a 1 @2/1
        """)]
    [InlineData("a read of another value than was written at that revision", """
        0-1 set a 1 @1
        2-3 set b 2 @2
        4-5 read a 2 @2/1
        """)]
    [InlineData("a read of a value that a delete removed", """
        0-1 set a 1 @1
        2-3 delete a 1 @2
        4-5 read a 1 @2/2
        """)]
    [InlineData("a read at a revision that nobody made", """
        0-1 set a 1 @1
        2-3 read a 1 @5/1
        """)]
    [InlineData("a read of a write that nobody made", """
        0-1 set a 1 @1
        2-? set a 2
        3-4 read a 3 @2/2
        """)]
    [InlineData("a read that finds nothing although nobody deleted", """
        0-1 set a 1 @1
        2-3 read a nothing @1
        """)]
    [InlineData("a delete that finds nothing although nobody deleted before", """
        0-1 set a 1 @1
        2-3 delete a absent @1
        """)]
    [InlineData("a delete that finds what nobody set", "0-1 delete a existed @1")]
    [InlineData("a delete that removes another value than was there", """
        0-1 set a 1 @1
        2-3 set a 2 @2
        4-5 delete a 1 @3
        """)]
    [InlineData("a write that took effect twice", """
        0-1 set a 1 @1
        2-3 set b 2 @3
        """)]
    [InlineData("an unknown write that took effect twice", """
        0-? set a 1
        1-2 set b 2 @3
        """)]
    [InlineData("a missing revision from before the only unknown write", """
        0-1 set b 1 @2
        2-? set a 1
        """)]
    [InlineData("an unknown write that two reads place differently", """
        0-? set a 1
        1-? set a 2
        2-3 read a 1 @1/1
        4-5 read a 1 @2/2
        """)]
    public void This_is_not_strictly_serializable(string what, string history) => AssertVerdict(Verdict.Violation, what, history);

    [Fact]
    public void With_writes_on_other_keys_a_revision_may_be_missing()
    {
        var history = HistoryNotation.Parse("""
            0-1 set a 1 @5
            2-3 set a 2 @7
            """);
        Assert.Equal(Verdict.Violation, RevisionCheck.Check(history).Verdict);
        Assert.Equal(Verdict.Ok, RevisionCheck.Check(history, hasAllKeys: false).Verdict);
    }

    [Fact]
    public void What_no_key_alone_tells_is_told_of_all_together()
    {
        // Each key for itself is linearizable. But who read the new b knows of the new a, and then the old a was read.
        var history = HistoryNotation.Parse("""
            0-9 set a 1 @1
            0-9 set b 2 @2
            1-2 read b 2 @2/2
            3-4 read a nothing @0
            """);
        Assert.Equal(Verdict.Ok, LinearizabilityChecker.Check(history).Verdict);
        var violation = RevisionCheck.Check(history).Violation;
        Assert.NotNull(violation);
        Assert.Null(violation.Key);
        Assert.Equal(2, violation.Conflict.Count);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(20, 0)]
    [InlineData(20, 20)]
    public void A_real_register_passes_and_passes_no_more_when_one_revision_is_changed(int deletes, int lost)
    {
        var clients = new RegisterClients(Clients: 20, Operations: 2_000, Deletes: deletes, Lost: lost);
        for (var seed = 1; seed <= 20; seed++)
        {
            var history = clients.Run(seed);
            AssertVerdict(Verdict.Ok, $"seed {seed}", history);
            var random = new Random(seed);
            int index;
            do
            {
                index = random.Next(history.Length);
            }
            while (!history[index].IsWrite || history[index].StoreRevision is null);
            history[index] = history[index] with { StoreRevision = history[index].StoreRevision + random.Next(20, 40) };
            AssertVerdict(Verdict.Violation, $"seed {seed}", history);
        }
    }

    private static void AssertVerdict(Verdict expected, string what, string history) => AssertVerdict(expected, what, HistoryNotation.Parse(history));

    private static void AssertVerdict(Verdict expected, string what, Operation[] history)
    {
        var result = RevisionCheck.Check(history);
        Assert.True(result.Verdict == expected, $"{what}: {result}");
        Assert.True(expected == Verdict.Ok || result.Violation!.Text.Contains("client", StringComparison.Ordinal), "the text shows operations");
    }
}
