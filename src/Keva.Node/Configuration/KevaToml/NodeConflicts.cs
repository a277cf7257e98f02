namespace Keva.Node.Configuration;

/// <summary>Finds nodes of one file that cannot exist beside each other: one name, or one socket, for two things.</summary>
internal sealed class NodeConflicts(Action<ConfigurationOrigin, string> report)
{
    public void Check(IReadOnlyList<ConfiguredNode> nodes)
    {
        var names = new Dictionary<string, ConfiguredNode>(StringComparer.Ordinal);
        var sockets = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            var member = node.Member;
            if (!names.TryAdd(member.Name, node))
            {
                report(node.Origin, $"identity '{member.Name}' is taken: {names[member.Name].Origin} has it, too");
            }

            CheckSocket(sockets, node, member.PeerEndpoint, "keva_port");
            CheckSocket(sockets, node, member.HttpEndpoint, "user_port");
        }
    }

    private void CheckSocket(Dictionary<string, string> sockets, ConfiguredNode node, HostAndPort endpoint, string key)
    {
        var owner = $"the {key} of '{node.Member.Name}' ({node.Origin})";
        if (!sockets.TryAdd(endpoint.SocketName, owner))
        {
            report(node.Origin, $"{endpoint} as the {key} of '{node.Member.Name}' is taken: it is {sockets[endpoint.SocketName]}");
        }
    }
}
