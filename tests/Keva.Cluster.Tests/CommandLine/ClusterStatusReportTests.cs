using System.Text.Json;
using Keva.Cli;
using Keva.Cli.Commands.Cluster;

namespace Keva.Cluster.Tests.CommandLine;

public sealed class ClusterStatusReportTests
{
    private const string One = "11111111111111111111111111111111";
    private const string Two = "22222222222222222222222222222222";

    [Fact]
    public void A_cluster_of_three_survives_one_failure()
    {
        var report = ReportOf(Picture("host2", "host1"), Answers("host1", "host2", "host3"));

        Assert.Equal("3 of 3 voters answer, 2 are needed: survives 1 more failure", report.QuorumSentence);
        Assert.Equal(["safe: stopping any one at a time"], report.Advice);
        Assert.True(report.IsHealthy);
        Assert.Equal($"equal on host1, host2, host3 at entry 1024", report.State.Sentence);
    }

    [Fact]
    public void A_failure_says_what_to_do_and_what_not()
    {
        var picture = Picture("host2", "host1", failed: ["host3"]);

        var report = ReportOf(picture, [Answer("host1", picture), Answer("host2", picture with { Node = "host2" }), Silent("host3")]);

        Assert.Equal("2 of 3 voters answer, 2 are needed: survives no more failure", report.QuorumSentence);
        Assert.Equal(
            ["start host3 again with its directory; if it is lost for good: keva cluster down host3", "stop no other voter until then"],
            report.Advice);
        Assert.False(report.IsHealthy);
        Assert.Contains("host3: it is gone", new ClusterStatusText(report).ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cluster_without_a_majority_says_how_many_are_missing_and_names_the_last_resort()
    {
        var picture = Picture(leader: null, "host1", failed: ["host2", "host3"]);

        var report = ReportOf(picture, [Answer("host1", picture), Silent("host2"), Silent("host3")]);

        Assert.Equal("1 of 3 voters answer, 2 are needed: NO QUORUM, nothing can be written until one more answers", report.QuorumSentence);
        Assert.Contains("start host2, host3 again", report.Advice.First(), StringComparison.Ordinal);
        Assert.Contains("keva cluster recover", report.Advice.Last(), StringComparison.Ordinal);
        Assert.Contains("NONE in term 5", new ClusterStatusText(report).ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_leaders_own_picture_counts_and_not_that_of_a_node_that_is_cut_off()
    {
        var cutOff = Picture(leader: null, "host3", failed: ["host1", "host2"]) with { Term = 4 };

        var report = ReportOf(cutOff, [.. Answers("host1", "host2"), Answer("host3", cutOff)]);

        Assert.Equal(("host2", 5L, 3), (report.Leader, report.Term, report.Quorum.Up));
        Assert.Null(report.Members[2].Leader);
    }

    [Fact]
    public void Different_data_is_said_loudly_and_first()
    {
        var answers = Answers("host1", "host2").Append(Answer("host3", WithHash(Picture("host2", "host3"), "host3", $"{Two}@1024"))).ToArray();
        var seen = WithHash(Picture("host2", "host1"), "host3", null);
        answers[0] = Answer("host1", seen);
        answers[1] = Answer("host2", WithHash(Picture("host2", "host2"), "host3", null));

        var report = ReportOf(seen, answers);

        Assert.True(report.State.HasDiverged);
        Assert.Equal("DIFFERENT at entry 1024: host1, host2 have 11111111; host3 has 22222222", report.State.Sentence);
        Assert.StartsWith("host3: stop", report.Advice.First(), StringComparison.Ordinal);
        Assert.Contains("\"diverged\": true", JsonSerializer.Serialize(report.ToJson(), CliJson.Options), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("11@5 11@5 11@5", "equal on host1, host2, host3 at entry 5", false)]
    [InlineData("11@5 11@5 33@9", "equal on host1, host2 at entry 5", false)]
    [InlineData("11@5 22@6 33@9", "known of host3 only, at entry 9: nothing to compare it with", false)]
    [InlineData("- - -", "nothing to compare yet", false)]
    [InlineData("11@5 22@5 -", "DIFFERENT at entry 5: host1 has 11; host2 has 22", true)]
    [InlineData("nonsense 11@x -", "nothing to compare yet", false)]
    public void Only_hashes_of_one_entry_are_compared(string marks, string sentence, bool differ)
    {
        var hashes = marks.Split(' ');
        var picture = Picture("host2", "host1");
        for (var i = 0; i < hashes.Length; i++)
        {
            picture = WithHash(picture, $"host{i + 1}", hashes[i] == "-" ? null : hashes[i]);
        }

        var comparison = new StateComparison([picture]);

        Assert.Equal((sentence, differ), (comparison.Sentence, comparison.HasDiverged));
    }

    [Fact]
    public void Warnings_are_shown_with_the_node_that_gives_them()
    {
        var answers = Answers("host1", "host2", "host3").ToArray();
        answers[1] = answers[1] with { Warnings = [new WarningModel("slow_disk", "2026-01-02T12:00:00Z", "a write to the disk took 900 ms", "Look at the disk.")] };

        var report = ReportOf(Picture("host2", "host1"), answers);

        Assert.False(report.IsHealthy);
        Assert.EndsWith(
            "host2 warns: a write to the disk took 900 ms (since 2026-01-02T12:00:00Z). Look at the disk.", new ClusterStatusText(report).ToText(), StringComparison.Ordinal);
    }

    private static ClusterStatusReport ReportOf(ClusterModel seen, IEnumerable<MemberAnswer> answers) => new(seen, [.. answers]);

    private static IEnumerable<MemberAnswer> Answers(params string[] names) => names.Select(name => Answer(name, Picture("host2", name)));

    private static MemberAnswer Answer(string name, ClusterModel picture) => new(name, picture, Problem: null, []);

    private static MemberAnswer Silent(string name) => new(name, Picture: null, "it is gone", []);

    private static ClusterModel Picture(string? leader, string by, string[]? failed = null) => new(
        "demo", "00000000000000aa", by, leader, Term: 5, CommitIndex: 1100, AppliedIndex: 1100, Ready: true, NotReadyReason: null,
        [
            .. Enumerable.Range(1, 3).Select(number => $"host{number}").Select((name, i) => new ClusterMember(
                $"{i}", name, $"127.0.0.1:{3700 + i}", $"127.0.0.1:{3800 + i}", name == leader ? "leader" : "voter",
                failed?.Contains(name) == true ? "failed" : "up", 1100, 1100, failed?.Contains(name) == true ? null : $"{One}@1024", "0.1.0")),
        ]);

    private static ClusterModel WithHash(ClusterModel picture, string name, string? hash) =>
        picture with { Members = [.. picture.Members.Select(member => member.Name == name ? member with { StateHash = hash } : member)] };
}
