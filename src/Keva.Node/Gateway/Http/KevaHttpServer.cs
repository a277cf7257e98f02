using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Keva.Node.Gateway.Http;

/// <summary>
/// The node's HTTP interface: Kestrel alone, without a host, middleware or dependency injection around it. It is an
/// inner server: it takes no part in the configuration of an application that embeds the node.
/// </summary>
public sealed class KevaHttpServer : IAsyncDisposable
{
    private readonly KevaHttpOptions _options;
    private readonly KestrelServerOptions _kestrelOptions;
    private readonly KestrelServer _kestrel;
    private readonly KevaHttpApplication _application;
    private readonly ILogger _logger;

    // Kestrel brings down the process if it is disposed of while it starts: its thread for time-outs begins without what it waits for.
    private readonly SemaphoreSlim _startOrEnd = new(1);
    private bool _hasEnded;

    /// <param name="moreRoutes">Paths that others serve beside the store's own; none may be given twice.</param>
    /// <param name="metrics">Where requests are counted; null if nobody wants to know.</param>
    /// <exception cref="ArgumentException">A setting is out of its range, or a path is given twice.</exception>
    public KevaHttpServer(
        KevaHttpOptions options,
        IKeyValueService service,
        ILoggerFactory loggerFactory,
        IEnumerable<HttpRoute>? moreRoutes = null,
        RequestMetrics? metrics = null)
    {
        options.Validate();
        _options = options;
        _logger = loggerFactory.CreateLogger("Keva.Http");
        _kestrelOptions = CreateKestrelOptions(options);
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggerFactory);
        _kestrel = new KestrelServer(Options.Create(_kestrelOptions), transport, loggerFactory);
        var router = new HttpRouter(options, service, moreRoutes ?? []);
        Served = [.. router.Served];
        _application = new KevaHttpApplication(
            router,
            new NodeHeaders(service),
            new ByteQuota(options.MaxQueuedBytes),
            metrics,
            _logger);
    }

    /// <summary>The URLs that are really bound, once started.</summary>
    public IReadOnlyList<Uri> Addresses { get; private set; } = [];

    /// <summary>Every path that is served, and its methods.</summary>
    internal IReadOnlyList<(string Path, string Allow)> Served { get; }

    /// <summary>Binds, and serves until stopped.</summary>
    /// <exception cref="IOException">The address cannot be bound; the message says which and why.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        await _startOrEnd.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_hasEnded, this);
            await AddEndPointsAsync(cancellation);
            await _kestrel.StartAsync(_application, cancellation);
            var addresses = _kestrel.Features.Get<IServerAddressesFeature>()!.Addresses;
            Addresses = [.. addresses.Select(address => new Uri(address))];
            HttpLog.Listening(_logger, string.Join(", ", addresses));
        }
        catch (Exception exception) when (exception is SocketException or IOException or InvalidOperationException and not ObjectDisposedException)
        {
            throw new IOException($"HTTP cannot listen on {_options.Host} port {_options.Port}: {exception.Message}", exception);
        }
        finally
        {
            _startOrEnd.Release();
        }
    }

    /// <summary>
    /// Takes no more connections, lets requests that have begun finish until <paramref name="cancellation"/>, then
    /// breaks what is left.
    /// </summary>
    public Task StopAsync(CancellationToken cancellation = default) => _kestrel.StopAsync(cancellation);

    /// <summary>Stops at once, or as soon as it has started.</summary>
    public async ValueTask DisposeAsync()
    {
        await _startOrEnd.WaitAsync();
        try
        {
            _hasEnded = true;
            await _kestrel.StopAsync(new CancellationToken(canceled: true));
        }
        catch (OperationCanceledException)
        {
            // What "at once" means; a server that could not bind all of its addresses stops like this, too.
        }
        finally
        {
            _kestrel.Dispose();
            _startOrEnd.Release();
        }
    }

    private static KestrelServerOptions CreateKestrelOptions(KevaHttpOptions options)
    {
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.ConfigureEndpointDefaults(endPoint => endPoint.Protocols = HttpProtocols.Http1);
        kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
        kestrel.Limits.MaxRequestLineSize = options.MaxRequestLineBytes;
        kestrel.Limits.MaxRequestBufferSize = Math.Max(1024 * 1024, 2L * options.MaxRequestLineBytes);

        // The limit is ours to hold: Kestrel's would break the connection, ours answers with the limit in JSON.
        kestrel.Limits.MaxRequestBodySize = null;
        return kestrel;
    }

    private async Task AddEndPointsAsync(CancellationToken cancellation)
    {
        if (IPAddress.TryParse(_options.Host.Trim('[', ']'), out var address))
        {
            _kestrelOptions.Listen(address, _options.Port);
        }
        else if (_options.Port == 0)
        {
            throw new IOException("a port of 0 needs an IP address, because every address would get a port of its own");
        }
        else if (_options.Host == "*")
        {
            _kestrelOptions.ListenAnyIP(_options.Port);
        }
        else if (string.Equals(_options.Host, "localhost", StringComparison.OrdinalIgnoreCase))
        {
            _kestrelOptions.ListenLocalhost(_options.Port);
        }
        else
        {
            foreach (var resolved in await Dns.GetHostAddressesAsync(_options.Host, cancellation))
            {
                _kestrelOptions.Listen(resolved, _options.Port);
            }
        }
    }
}
