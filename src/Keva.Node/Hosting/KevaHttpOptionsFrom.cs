using Keva.Node.Configuration;
using Keva.Node.Gateway.Http;

namespace Keva.Node.Hosting;

/// <summary>The settings of the HTTP interface as its server wants them.</summary>
internal static class KevaHttpOptionsFrom
{
    public static KevaHttpOptions Settings(NodeSettings settings) => new()
    {
        Host = settings.HttpEndpoint.Host,
        Port = settings.HttpEndpoint.Port,
        MaxKeyBytes = settings.Store.MaxKeyBytes,
        MaxValueBytes = settings.Store.MaxValueBytes,
        MaxQueuedBytes = settings.Http.MaxQueuedBytes,
        MaxConnections = settings.Http.MaxConnections,
        ForwardWrites = settings.Http.ForwardWrites,
    };
}
