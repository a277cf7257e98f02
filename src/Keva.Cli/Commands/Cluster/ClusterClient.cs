namespace Keva.Cli.Commands.Cluster;

/// <summary>Who the members are, and changes of that, over HTTP.</summary>
internal sealed class ClusterClient(NodeConnection node)
{
    /// <summary>Has the node do something.</summary>
    /// <exception cref="KevaRequestException">It was not done.</exception>
    public Task PostAsync(string change, object body, CancellationToken cancellation) =>
        node.PostAsync($"/v1/cluster/{change}", body, cancellation);

    /// <summary>The cluster as the node sees it, also without a leader.</summary>
    public async Task<ClusterModel> GetAsync(CancellationToken cancellation)
    {
        var cluster = await node.GetAsync<ClusterModel>("/v1/cluster", cancellation);
        return cluster.Members is null || cluster.Members.Any(member => member.Name is null) ? throw node.NoNode() : cluster;
    }

    /// <summary>What the node has noticed; nothing if it is too old to notice anything.</summary>
    public async Task<IReadOnlyList<WarningModel>> GetWarningsAsync(CancellationToken cancellation)
    {
        try
        {
            return (await node.GetAsync<WarningsModel>("/v1/warnings", cancellation)).Warnings ?? [];
        }
        catch (KevaRequestException exception) when (exception.IsUnknownPath)
        {
            return [];
        }
    }
}
