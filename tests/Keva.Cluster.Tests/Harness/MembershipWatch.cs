namespace Keva.Cluster.Tests.Harness;

/// <summary>
/// Looks at what nodes show of their cluster, again and again until disposed, so that nothing wrong shows up only for a
/// moment. Nodes that do not answer are passed over.
/// </summary>
internal sealed class MembershipWatch : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly CancellationTokenSource stop = new();
    private readonly Task watching;
    private volatile string? violation;
    private volatile int pictures;

    /// <param name="nodes">Whom to ask.</param>
    /// <param name="whatIsWrong">Null if nothing is wrong with what a node shows.</param>
    public MembershipWatch(IReadOnlyList<NodeUnderTest> nodes, Func<NodeUnderTest, ClusterPicture, string?> whatIsWrong)
    {
        watching = Task.WhenAll(nodes.Select(node => Task.Run(() => WatchAsync(node, whatIsWrong))));
    }

    /// <summary>No node ever shows two members of one name.</summary>
    public static MembershipWatch ForDoubles(IReadOnlyList<NodeUnderTest> nodes) =>
        new(nodes, (_, picture) => picture.Names.Distinct(StringComparer.Ordinal).Count() == picture.Members.Count ? null : "two members of one name");

    /// <summary>To be called in the end: nothing wrong was seen in all that was seen.</summary>
    public async Task AssertNothingWasWrongAsync()
    {
        await stop.CancelAsync();
        await watching;
        Assert.True(pictures > 0, "no node answered");
        Assert.True(violation is null, violation);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task WatchAsync(NodeUnderTest node, Func<NodeUnderTest, ClusterPicture, string?> whatIsWrong)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var picture = await node.Client.ClusterAsync();
                Interlocked.Increment(ref pictures);
                if (whatIsWrong(node, picture) is { } wrong)
                {
                    violation ??= $"{node.Name} shows {wrong}: {Membership.Describe(picture)}";
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException)
            {
                // The node is not there just now.
            }

            await Task.Delay(Pause);
        }
    }
}
