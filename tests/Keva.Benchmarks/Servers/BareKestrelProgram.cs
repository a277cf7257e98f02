using System.Globalization;
using System.Net;
using Keva.LoadGenerator.Http;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Keva.Benchmarks.Servers;

/// <summary>
/// Answers as a node of Keva does, with the same headers, but knows nothing: every key has the same value, and a write
/// is read and thrown away.
/// </summary>
internal sealed class BareKestrelProgram : IHttpApplication<IFeatureCollection>
{
    private const int ValueBytes = 100;

    private static readonly byte[] Acknowledgement = "{\"revision\":1}"u8.ToArray();
    private static readonly byte[] Value = new KeySpace(ValueBytes).Value;

    public static async Task<int> RunAsync(string port)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.ConfigureEndpointDefaults(endPoint => endPoint.Protocols = HttpProtocols.Http1);
        options.Listen(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture));
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        using var kestrel = new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
        await kestrel.StartAsync(new BareKestrelProgram(), CancellationToken.None);

        // Its parent holds the input open.
        await Console.In.ReadToEndAsync();
        return 0;
    }

    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public async Task ProcessRequestAsync(IFeatureCollection context)
    {
        var isWrite = context.GetRequiredFeature<IHttpRequestFeature>().Method == "POST";
        if (isWrite)
        {
            await ReadBodyAsync(context);
        }

        var body = isWrite ? Acknowledgement : Value;
        var headers = context.GetRequiredFeature<IHttpResponseFeature>().Headers;
        headers.ContentType = isWrite ? "application/json" : "application/octet-stream";
        headers.ContentLength = body.Length;
        headers.XContentTypeOptions = "nosniff";
        headers["Keva-Node"] = "host1";
        headers["Keva-Leader"] = "host1";
        headers["Keva-Revision"] = "1";
        if (!isWrite)
        {
            headers.CacheControl = "no-cache";
            headers.ETag = "\"1\"";
            headers["Keva-Consistency"] = "linearizable";
        }

        await context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer.WriteAsync(body);
    }

    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }

    private static async ValueTask ReadBodyAsync(IFeatureCollection context)
    {
        var reader = context.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
        while (true)
        {
            var part = await reader.ReadAsync();
            reader.AdvanceTo(part.Buffer.End);
            if (part.IsCompleted)
            {
                return;
            }
        }
    }
}
