using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Keva.Actors;
using Keva.Serf;

namespace Keva.Node.Gossip;

/// <summary>The gossip as <see cref="IGossipService"/>: each call is a message to its actor and the answer.</summary>
/// <param name="membership">Finds the actor, which is there once the node has loaded its data.</param>
/// <param name="timeout">How long the actor may take.</param>
internal sealed class GossipService(Func<Task<IActorRef>> membership, TimeSpan timeout) : IGossipService
{
    private const int MostUnreadNews = 1_024;

    /// <summary>What others must answer takes them as long as the protocol gives them.</summary>
    private static readonly TimeSpan ClusterTimeout = TimeSpan.FromSeconds(60);

    public Task<GossipView> GetViewAsync(CancellationToken cancellation = default) =>
        AskAsync<GossipView>(GetGossipView.Instance, timeout, cancellation);

    public Task SendEventAsync(string name, ReadOnlyMemory<byte> payload, bool coalesce = false, CancellationToken cancellation = default) =>
        AskAsync<GossipDone>(new SendUserEvent(name, payload, coalesce), timeout, cancellation);

    public async IAsyncEnumerable<QueryProgress> QueryAsync(
        string name, ReadOnlyMemory<byte> payload, QueryParameters parameters, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        // Each member acknowledges once and answers once, so that there is an end to it.
        var progress = Channel.CreateUnbounded<QueryProgress>(new UnboundedChannelOptions { SingleReader = true });
        try
        {
            await AskAsync<GossipDone>(new StartQuery(name, payload, parameters, progress.Writer), timeout, cancellation);
            await foreach (var item in progress.Reader.ReadAllAsync(cancellation))
            {
                yield return item;
            }
        }
        finally
        {
            progress.Writer.TryComplete();
        }
    }

    public Task<bool> ForceLeaveAsync(string member, bool prune, CancellationToken cancellation = default) =>
        AskAsync<bool>(new ForceLeaveMember(member, prune), timeout, cancellation);

    public Task<GossipJoinOutcome> JoinAsync(IReadOnlyList<string> addresses, bool ignoreOldEvents, CancellationToken cancellation = default) =>
        AskAsync<GossipJoinOutcome>(new JoinAddresses(addresses, ignoreOldEvents), ClusterTimeout, cancellation);

    public Task<KeyOperationResult> InstallKeyAsync(ReadOnlyMemory<byte> key, CancellationToken cancellation = default) =>
        ChangeKeysAsync(KeyChange.Install, key, cancellation);

    public Task<KeyOperationResult> UseKeyAsync(ReadOnlyMemory<byte> key, CancellationToken cancellation = default) =>
        ChangeKeysAsync(KeyChange.Use, key, cancellation);

    public Task<KeyOperationResult> RemoveKeyAsync(ReadOnlyMemory<byte> key, CancellationToken cancellation = default) =>
        ChangeKeysAsync(KeyChange.Remove, key, cancellation);

    public Task<KeyOperationResult> ListKeysAsync(CancellationToken cancellation = default) =>
        ChangeKeysAsync(KeyChange.List, ReadOnlyMemory<byte>.Empty, cancellation);

    public async Task<TimeSpan?> EstimateRoundTripAsync(string from, string to, CancellationToken cancellation = default) =>
        (await AskAsync<RoundTripEstimate>(new EstimateRoundTrip(from, to), timeout, cancellation)).Time;

    public async IAsyncEnumerable<GossipNews> WatchAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var watch = await StartWatchingAsync(cancellation);
        await foreach (var item in watch.News.ReadAllAsync(cancellation))
        {
            yield return item;
        }
    }

    public async Task<GossipWatch> StartWatchingAsync(CancellationToken cancellation = default)
    {
        var news = Channel.CreateBounded<GossipNews>(new BoundedChannelOptions(MostUnreadNews) { SingleReader = true });
        var actor = await membership();
        var watch = new GossipWatch(news.Reader, () => actor.Tell(new StopWatching(news.Writer), ActorRefs.NoSender));
        try
        {
            await AskAsync<GossipDone>(new StartWatching(news.Writer), timeout, cancellation);
            return watch;
        }
        catch
        {
            // Whether the actor has begun is not known.
            watch.Dispose();
            throw;
        }
    }

    private Task<KeyOperationResult> ChangeKeysAsync(KeyChange change, ReadOnlyMemory<byte> key, CancellationToken cancellation) =>
        AskAsync<KeyOperationResult>(new ChangeKeys(change, key), ClusterTimeout, cancellation);

    private async Task<T> AskAsync<T>(object message, TimeSpan within, CancellationToken cancellation)
    {
        try
        {
            var actor = await membership();
            if (actor == ActorRefs.Nobody)
            {
                throw new GossipException("the node is loading its data and does not gossip yet");
            }

            return await actor.Ask<T>(message, within, cancellation);
        }
        catch (AskTimeoutException)
        {
            throw new GossipException("the node's gossip does not answer; the node may be stopping");
        }
    }
}
