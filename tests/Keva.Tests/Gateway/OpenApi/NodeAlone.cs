using System.Net;
using System.Net.Sockets;
using Keva.Node.Configuration;
using Keva.Node.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keva.Tests.Gateway.OpenApi;

/// <summary>A real node, with all that a node serves, that is its own cluster.</summary>
public sealed class NodeAlone : IAsyncLifetime
{
    public const string Name = "alone";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("keva-alone-");

    internal KevaNode Node { get; private set; } = null!;

    internal HttpClient Client { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = TimeSpan.FromSeconds(20) };

    public async Task InitializeAsync()
    {
        var loaded = SettingsLoader.Load(new StartOptions
        {
            NodeIdentity = Name,
            WorkingDirectory = _directory.FullName,
            KevaAddress = $"127.0.0.1:{FreePort()}",
            UserAddress = $"127.0.0.1:{FreePort()}",
        });
        Node = new KevaNode(loaded.Settings!, NullLoggerFactory.Instance);
        await Node.StartAsync(CancellationToken.None);
        Client.BaseAddress = Node.Addresses[0];
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!Node.Store.View.IsReady)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await Node.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
