using System.Net;
using Keva.Actors;
using Keva.Node.Gossip;
using Keva.Node.Gossip.Sockets;
using Keva.Node.Transport;
using Keva.Node.Transport.Tcp;
using Keva.Serf;
using Keva.Tests.Transport;

namespace Keva.Tests.Gossip;

/// <summary>What operators ask, of real nodes on real sockets.</summary>
public sealed class GossipServiceTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] NewKey = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("keva-gossip-");
    private RealNode one = null!;
    private RealNode two = null!;

    public async Task InitializeAsync()
    {
        one = new RealNode("one", directory.CreateSubdirectory("one").FullName, Key);
        two = new RealNode("two", directory.CreateSubdirectory("two").FullName, Key);

        // Whoever answers takes streams, too.
        await one.Service.GetViewAsync();
        var outcome = await two.Service.JoinAsync([one.Address.ToString(), "nowhere"], ignoreOldEvents: true).WaitAsync(Deadline);
        Assert.Equal(1, outcome.Contacted);
        Assert.Equal("nowhere", Assert.Single(outcome.Failures).Address);
        await UntilAsync(async () => (await one.Service.GetViewAsync()).Members.Count == 2);
    }

    public async Task DisposeAsync()
    {
        await one.DisposeAsync();
        await two.DisposeAsync();
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task The_view_has_addresses_tags_versions_and_clocks()
    {
        var view = await one.Service.GetViewAsync();

        var member = view.Members[1];
        Assert.Equal(("two", two.Address, MemberStatus.Alive), (member.Name, member.Address, member.Status));
        Assert.Equal("keva", member.Tags["role"]);
        Assert.Equal(new ProtocolVersions(1, 5, 2, 2, 5, 5), member.Versions);
        Assert.True(member.StatusTime > 0 && view.Clocks.Members > member.StatusTime);
        Assert.True(view.IsEncrypted);
        Assert.Equal(0, view.MalformedPeers);
    }

    [Fact]
    public async Task Watchers_see_events_and_queries_and_a_query_streams_its_acknowledgements_to_its_end()
    {
        using var enough = new CancellationTokenSource(Deadline);
        await using var news = two.Service.WatchAsync(enough.Token).GetAsyncEnumerator(enough.Token);
        var first = news.MoveNextAsync();
        await one.Service.GetViewAsync();
        await UntilAsync(async () =>
        {
            await one.Service.SendEventAsync("deploy", "v1"u8.ToArray());
            return first.IsCompleted;
        });

        Assert.True(await first);
        var received = Assert.IsType<UserEventNews>(news.Current);
        Assert.Equal("deploy", received.Name);
        Assert.Equal("v1"u8.ToArray(), received.Payload.ToArray());

        var parameters = new QueryParameters { WantsAcknowledgements = true, Timeout = TimeSpan.FromSeconds(2) };
        var progress = new List<QueryProgress>();
        await foreach (var item in one.Service.QueryAsync("uptime", ReadOnlyMemory<byte>.Empty, parameters, enough.Token))
        {
            progress.Add(item);
        }

        Assert.Equal(["one", "two"], progress.OfType<QueryAcknowledgement>().Select(ack => ack.From).Order(StringComparer.Ordinal));
        Assert.Equal(new QueryEnded(2, 0), progress[^1]);
        while (news.Current is not QueryNews)
        {
            Assert.True(await news.MoveNextAsync());
        }

        Assert.Equal("one", ((QueryNews)news.Current).From);
    }

    [Fact]
    public async Task What_cannot_be_is_said_in_a_sentence()
    {
        var tooLong = await Assert.ThrowsAsync<GossipException>(() => one.Service.SendEventAsync("x", new byte[1_000]));
        Assert.Contains("512 bytes", tooLong.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<GossipException>(() => one.Service.JoinAsync([], ignoreOldEvents: true));
        await Assert.ThrowsAsync<GossipException>(async () =>
        {
            await foreach (var item in one.Service.QueryAsync("_serf_conflict", ReadOnlyMemory<byte>.Empty, QueryParameters.Default))
            {
                Assert.Fail($"{item}");
            }
        });
        Assert.False(await one.Service.ForceLeaveAsync("nobody", prune: false));
        Assert.Null(await one.Service.EstimateRoundTripAsync("nobody", "two"));
    }

    [Fact]
    public async Task Keys_are_changed_everywhere_and_kept_in_the_file()
    {
        Assert.True((await one.Service.InstallKeyAsync(NewKey).WaitAsync(Deadline)).Succeeded);
        Assert.True((await one.Service.UseKeyAsync(NewKey).WaitAsync(Deadline)).Succeeded);
        Assert.True((await one.Service.RemoveKeyAsync(Key).WaitAsync(Deadline)).Succeeded);
        Assert.False((await one.Service.RemoveKeyAsync(NewKey).WaitAsync(Deadline)).Succeeded);

        var keys = await two.Service.ListKeysAsync().WaitAsync(Deadline);
        Assert.Equal(2, keys.Keys[Convert.ToBase64String(NewKey)]);
        Assert.Single(keys.Keys);
        await UntilAsync(() => Task.FromResult(
            directory.GetDirectories().All(node => KeyringFile.Open(node.FullName, Key).Initial is { Keys.Count: 1 } ring && ring.Contains(NewKey))));
    }

    [Fact]
    public async Task A_member_that_is_forced_out_is_left_and_one_that_is_pruned_is_gone()
    {
        await two.DisposeAsync();
        await UntilAsync(async () => await StatusOfTwoAsync() == MemberStatus.Failed);

        Assert.True(await one.Service.ForceLeaveAsync("two", prune: false));
        Assert.Equal(MemberStatus.Left, await StatusOfTwoAsync());
        Assert.True(await one.Service.ForceLeaveAsync("two", prune: true));
        Assert.Null(await StatusOfTwoAsync());
    }

    private async Task<MemberStatus?> StatusOfTwoAsync() =>
        (await one.Service.GetViewAsync()).Members.SingleOrDefault(member => member.Name == "two")?.Status;

    private static Task UntilAsync(Func<Task<bool>> condition) => Keva.Tests.Serf.Interop.Patience.UntilAsync(condition, "it comes true", Deadline);

    private sealed class RealNode : IAsyncDisposable
    {
        private readonly SocketGossipNetwork gossip = new();
        private readonly TcpPeerNetwork network;
        private readonly ActorSystem system = ActorSystem.Create("keva", new ActorSystemOptions());
        private bool isDisposed;

        public RealNode(string name, string directory, byte[] key)
        {
            network = new TcpPeerNetwork { Gossip = gossip };
            network.Listen("127.0.0.1", 0, new RecordingPeers(Samples.Formed));
            gossip.Bind(network.LocalEndPoints);
            var setup = GossipWorld.SetupFor(name, "keva", ClusterId.None) with
            {
                Network = gossip,
                Clock = TimeProvider.System,
                Keys = KeyringFile.Open(directory, key),
            };
            var membership = system.ActorOf(Props.Create(() => new MembershipActor(setup, ActorRefs.Nobody)), "membership");
            Service = new GossipService(() => Task.FromResult(membership), Deadline);
        }

        public IPEndPoint Address => gossip.Advertised;

        public GossipService Service { get; }

        public async ValueTask DisposeAsync()
        {
            if (isDisposed)
            {
                return;
            }

            isDisposed = true;
            await system.Terminate();
            await network.DisposeAsync();
            await gossip.DisposeAsync();
        }
    }
}
