using Keva.Journal.Directories;
using Keva.Node.Configuration;
using Keva.Node.Transport;
using Keva.Raft.Membership;

namespace Keva.Node.Hosting;

/// <summary>How a node introduces itself to others.</summary>
internal static class NodeGreeting
{
    public static PeerHello Of(NodeSettings settings, NodeIdentity identity) =>
        new(
            settings.ClusterName,
            new ClusterId(identity.Cluster),
            identity.Node,
            identity.Name,
            settings.PeerEndpoint.ToString(),
            settings.HttpEndpoint.ToString(),
            NodeVersion.Text,
            ClusterConfigurationCodec.TryDecode(identity.FirstConfiguration.Span, out var configuration) ? configuration : null);
}
