namespace Keva.Cluster.Tests.Harness.Network;

/// <summary>
/// The network between the nodes of one cluster: from each node to each other a <see cref="NetworkLink"/> of its own,
/// which the tests can cut. A node sends on the connections that it dialled and only listens on those that it accepted,
/// so to cut one link is to cut one direction.
/// </summary>
internal sealed class NetworkUnderTest : IAsyncDisposable
{
    private readonly Dictionary<(string From, string To), NetworkLink> links = [];

    public NetworkUnderTest(IReadOnlyList<NodeUnderTest> nodes)
    {
        foreach (var from in nodes)
        {
            foreach (var to in nodes.Where(to => to != from))
            {
                links.Add((from.Name, to.Name), new NetworkLink(to.PeerPort));
            }
        }
    }

    /// <summary>The port at which <paramref name="from"/> reaches <paramref name="to"/>; its own if it is that node itself.</summary>
    public int PortOf(NodeUnderTest to, NodeUnderTest from) => to == from ? to.PeerPort : links[(from.Name, to.Name)].Port;

    /// <summary>Nothing gets from the one to the other any more; the other direction is as it was.</summary>
    public void CutOneWay(NodeUnderTest from, NodeUnderTest to) => links[(from.Name, to.Name)].Cut();

    /// <summary>Nothing gets from any of these to the others, nor back.</summary>
    public void Isolate(params NodeUnderTest[] nodes)
    {
        var names = nodes.Select(node => node.Name).ToArray();
        foreach (var ((from, to), link) in links)
        {
            if (names.Contains(from) != names.Contains(to))
            {
                link.Cut();
            }
        }
    }

    public void Heal()
    {
        foreach (var link in links.Values)
        {
            link.Heal();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var link in links.Values)
        {
            await link.DisposeAsync();
        }
    }
}
