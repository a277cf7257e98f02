using Keva.Node.Configuration;
using Keva.Node.Gateway;
using Keva.Node.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// Where hosts look for what can be added to them.
namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts a Keva node into any .NET host.</summary>
public static class KevaServiceCollectionExtensions
{
    /// <summary>
    /// The host starts a node with these options, and stops it; if the node fails, the host stops. The store is there as
    /// <see cref="IKeyValueService"/>, and over HTTP as from any node.
    /// </summary>
    /// <exception cref="KevaConfigurationException">When the host starts: the options are not good.</exception>
    public static IServiceCollection AddKeva(this IServiceCollection services, StartOptions options)
    {
        services.TryAddSingleton(provider => new KevaNode(LoadSettings(options), provider.GetRequiredService<ILoggerFactory>()));
        services.TryAddSingleton(provider => provider.GetRequiredService<KevaNode>().Store);
        services.TryAddSingleton(provider => provider.GetRequiredService<KevaNode>().Gossip);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, KevaHostedService>());
        return services;
    }

    private static NodeSettings LoadSettings(StartOptions options)
    {
        var result = SettingsLoader.Load(options);
        return result.Settings ?? throw new KevaConfigurationException(string.Join(Environment.NewLine, result.Problems));
    }
}
