using Keva.Serf;

namespace Keva.Tests.Serf.Cluster;

/// <summary>When a node wakes up to gossip: at the beats of its interval, and only if there is something to say.</summary>
public sealed class GossipBeatTests
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(200);

    [Fact]
    public void A_node_with_nothing_to_say_is_not_woken_for_gossip()
    {
        var cluster = Quiet();

        Assert.InRange(cluster.Nodes[0].Serf.NextDue!.Value - cluster.Now, 2 * Beat, TimeSpan.FromHours(1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(70)]
    [InlineData(199)]
    [InlineData(201)]
    public void What_comes_up_waits_for_the_next_beat_however_many_went_by_in_silence(int millisecondsAfterBeat)
    {
        var cluster = Quiet();
        var node = cluster.Nodes[0];
        cluster.RunFor((Beat * Math.Ceiling(cluster.Now / Beat)) - cluster.Now + TimeSpan.FromMilliseconds(millisecondsAfterBeat));

        node.Do(serf => serf.SendEvent(cluster.Now, "deploy", []));

        Assert.Equal(Beat * (Math.Floor(cluster.Now / Beat) + 1), node.Serf.NextDue);
    }

    [Fact]
    public void It_goes_on_at_each_beat_until_everything_is_said()
    {
        var cluster = Quiet();
        var (node, other) = (cluster.Nodes[0], cluster.Nodes[1]);
        node.Do(serf => serf.SendEvent(cluster.Now, "deploy", []));
        cluster.RunFor(Beat + cluster.MostLatency);
        Assert.Single(other.ReportsOf<UserEventReceived>());
        Assert.InRange(node.Serf.NextDue!.Value - cluster.Now, TimeSpan.Zero, Beat);

        cluster.RunFor(20 * Beat);
        Assert.InRange(node.Serf.NextDue!.Value - cluster.Now, 2 * Beat, TimeSpan.FromHours(1));
    }

    // Both started at zero; what they had to say of themselves is said.
    private static GossipCluster Quiet()
    {
        var cluster = new GossipCluster(seed: 1);
        for (var i = 0; i < 2; i++)
        {
            cluster.Start($"n{i}", options => options with
            {
                ReapInterval = TimeSpan.FromHours(1),
                ReconnectInterval = TimeSpan.FromHours(1),
                Timing = options.Timing with { GossipInterval = Beat, ProbeInterval = TimeSpan.FromHours(1), PushPullInterval = TimeSpan.FromHours(1) },
            });
        }

        cluster.Nodes[1].Join(cluster.Nodes[0]);
        cluster.RunFor(TimeSpan.FromMinutes(1));
        return cluster;
    }
}
