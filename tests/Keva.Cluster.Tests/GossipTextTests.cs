using System.Text.Json;
using Keva.Cli;
using Keva.Cli.Commands.Gossip;

namespace Keva.Cluster.Tests;

/// <summary>The text of the gossip commands against what serf 0.8.2 printed, with random orders put in order.</summary>
public sealed class GossipTextTests
{
    private static readonly MemberModel[] Members =
    [
        Member("a", 27950, "alive", ("zone", "eu"), ("role", "web")),
        Member("bravo-long", 27951, "alive", ("b", "2"), ("role", "db")),
        Member("c", 27952, "left"),
        Member("d", 27953, "left"),
    ];

    [Fact]
    public void Members_are_aligned_and_only_the_last_line_ends_without_spaces() => Assert.Equal(
        "a           127.0.0.1:27950  alive  role=web,zone=eu\n"
        + "bravo-long  127.0.0.1:27951  alive  b=2,role=db\n"
        + "c           127.0.0.1:27952  left   \n"
        + "d           127.0.0.1:27953  left",
        MembersText.Of(Members, isDetailed: false));

    [Fact]
    public void Detailed_members_have_the_versions_of_the_protocol() => Assert.Equal(
        "a           127.0.0.1:27950  alive  role=web,zone=eu  Protocol Version: 5  Available Protocol Range: [2, 5]\n"
        + "bravo-long  127.0.0.1:27951  alive  b=2,role=db       Protocol Version: 5  Available Protocol Range: [2, 5]\n"
        + "c           127.0.0.1:27952  left                     Protocol Version: 5  Available Protocol Range: [2, 5]\n"
        + "d           127.0.0.1:27953  left                     Protocol Version: 5  Available Protocol Range: [2, 5]",
        MembersText.Of(Members, isDetailed: true));

    [Fact]
    public void No_members_are_an_empty_line() => Assert.Equal("", MembersText.Of([], isDetailed: false));

    [Fact]
    public void Keys_are_listed_with_how_many_nodes_have_them() => Assert.Equal(
        "==> Keys gathered, listing cluster keys...\n"
        + "\n"
        + "d/toMUi66wyOSfigHftxUkk21uUq9tLYHHadLvt5HXI=  [2/2]\n"
        + "l8VgTFa6Pgsv1n/+8eP+pU/IniFNjgHDMcZTO4zSpKE=  [1/2]",
        new KeysText("list").Success(Result(2, [], ("l8VgTFa6Pgsv1n/+8eP+pU/IniFNjgHDMcZTO4zSpKE=", 1), ("d/toMUi66wyOSfigHftxUkk21uUq9tLYHHadLvt5HXI=", 2))));

    [Fact]
    public void Nodes_that_refuse_a_key_are_named() => Assert.Equal(
        "failed:  a           Removing the primary key is not allowed\n"
        + "failed:  bravo-long  Removing the primary key is not allowed\n"
        + "\n"
        + "Error removing key: 2/2 nodes reported failure",
        new KeysText("remove").Failure(Result(2, [("bravo-long", "Removing the primary key is not allowed"), ("a", "Removing the primary key is not allowed")])));

    [Fact]
    public void Nodes_that_do_not_answer_are_counted() =>
        Assert.Equal("\nError installing key: 1/2 nodes reported success", new KeysText("install").Failure(Result(1, [])));

    [Fact]
    public void A_query_is_told_as_it_comes_back()
    {
        QueryLine[] lines =
        [
            new("ack", "a", null, null, 0, 0),
            new("response", "a", "3 days\n", null, 0, 0),
            new("done", null, null, null, 1, 1),
        ];
        Assert.Equal(
            ["Ack from 'a'", "Response from 'a': 3 days", "Total Acks: 1", "Total Responses: 1"],
            lines.SelectMany(line => QueryText.Of(line, noAck: false)));
        Assert.Equal(["Total Responses: 1"], QueryText.Of(lines[2], noAck: true));
    }

    [Fact]
    public void All_live_nodes_reached_is_said_in_one_line()
    {
        var report = new ReachabilityReport(Members);
        Assert.Equal("Total members: 4, live members: 2", report.Heading);
        Assert.Empty(report.Acknowledge("a", isVerbose: false));
        Assert.Equal(["\tAck from 'bravo-long'"], report.Acknowledge("bravo-long", isVerbose: true));
        Assert.Equal("Successfully contacted all live nodes", report.Conclusion(times: null));
        Assert.Equal(
            "Query time: 3.20 sec, time to last response: 0.06 sec\nSuccessfully contacted all live nodes",
            report.Conclusion((TimeSpan.FromSeconds(3.2), TimeSpan.FromSeconds(0.061))));
        Assert.True(report.IsGood);
    }

    [Fact]
    public void Live_nodes_that_do_not_answer_are_named_with_what_to_check()
    {
        var report = new ReachabilityReport(Members);
        Assert.Empty(report.Acknowledge("a", isVerbose: false));

        Assert.StartsWith(
            "Received less acks than live nodes! Missing acks from:\n\tbravo-long\n"
            + "This could mean Serf gossip packets are being lost due to a misconfiguration or network issue.\n"
            + "\nTroubleshooting tips:\n* Ensure that the bind addr:port is accessible by all other nodes\n",
            report.Conclusion(times: null),
            StringComparison.Ordinal);
        Assert.False(report.IsGood);
    }

    [Fact]
    public void Answers_of_nodes_that_are_not_alive_and_doubled_ones_are_told()
    {
        var report = new ReachabilityReport(Members);
        foreach (var name in new[] { "a", "bravo-long", "c" })
        {
            Assert.Empty(report.Acknowledge(name, isVerbose: false));
        }

        Assert.Contains("Received more acks than live nodes! Acks from non-live nodes:\n\tc\n", report.Conclusion(times: null), StringComparison.Ordinal);
        Assert.Equal(["Duplicate response from 'c'"], report.Acknowledge("c", isVerbose: false));
        Assert.StartsWith("Duplicate responses means there is a misconfiguration. Verify that node names are unique.\n", report.Conclusion(times: null), StringComparison.Ordinal);
    }

    [Fact]
    public void A_round_trip_has_three_decimals() =>
        Assert.Equal("Estimated a <-> bravo-long rtt: 0.560 ms", RttCommand.TextOf(new RoundTripModel("a", "bravo-long", 0.5601)));

    [Fact]
    public void Information_is_in_sections_by_name() => Assert.Equal(
        "agent:\n\tname = a\nevent_handlers:\nserf:\n\tencrypted = true\n\tevent_time = 4\ntags:\n\trole = web",
        InfoCommand.TextOf(JsonSerializer.Deserialize<Dictionary<string, SortedDictionary<string, JsonElement>>>(
            """{"tags":{"role":"web"},"serf":{"event_time":4,"encrypted":true},"agent":{"name":"a"},"event_handlers":{}}""", CliJson.Options)!));

    [Theory]
    [InlineData("15s", 15_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("500ms", 500)]
    [InlineData("", null)]
    [InlineData("15", null)]
    [InlineData("s", null)]
    [InlineData("-1s", null)]
    [InlineData("1.2.3s", null)]
    [InlineData("99999999999999999999h", null)]
    public void Times_are_read_as_serf_reads_them(string text, int? milliseconds) =>
        Assert.Equal(milliseconds is { } expected ? TimeSpan.FromMilliseconds(expected) : null, GoDuration.Parse(text));

    private static MemberModel Member(string name, int port, string status, params (string Name, string Value)[] tags) => new(
        name, $"127.0.0.1:{port}", port, tags.ToDictionary(tag => tag.Name, tag => tag.Value), status, new ProtocolModel(5, 2, 5));

    private static KeysModel Result(int answers, (string Node, string Reason)[] failures, params (string Key, int Count)[] keys) => new(
        2, answers, failures.ToDictionary(failure => failure.Node, failure => failure.Reason), keys.ToDictionary(key => key.Key, key => key.Count), null);
}
