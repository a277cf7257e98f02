using Microsoft.Extensions.Hosting;

namespace Keva.Node.Hosting;

/// <summary>The options of an embedded node are not good; the message has a line for each problem.</summary>
public sealed class KevaConfigurationException(string message) : Exception(message);

/// <summary>Ties the life of a node to that of its host.</summary>
internal sealed class KevaHostedService(KevaNode node, IHostApplicationLifetime lifetime) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await node.StartAsync(cancellationToken);
        _ = StopHostWithNodeAsync();
    }

    public Task StopAsync(CancellationToken cancellationToken) => node.StopAsync(cancellationToken);

    private async Task StopHostWithNodeAsync()
    {
        if (await node.Ended is not null)
        {
            lifetime.StopApplication();
        }
    }
}
