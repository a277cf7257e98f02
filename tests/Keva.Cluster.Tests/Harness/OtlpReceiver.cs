using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;

namespace Keva.Cluster.Tests.Harness;

/// <summary>Takes whatever is sent to it over HTTP, as a collector of telemetry would, and keeps the bodies.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly HttpListener listener = new();
    private readonly List<(string Path, byte[] Body)> received = [];
    private readonly Task serving;

    public OtlpReceiver()
    {
        Url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePorts.Next()}");
        listener.Prefixes.Add(Url + "/");
        listener.Start();
        serving = ServeAsync();
    }

    public string Url { get; }

    /// <summary>Whether something came to this path that has this text in it.</summary>
    public bool Has(string path, string text) => Has(path, Encoding.UTF8.GetBytes(text));

    public bool Has(string path, ReadOnlySpan<byte> bytes)
    {
        lock (received)
        {
            foreach (var (at, body) in received)
            {
                if (at == path && body.AsSpan().IndexOf(bytes) >= 0)
                {
                    return true;
                }
            }
        }

        return false;
    }

    public async ValueTask DisposeAsync()
    {
        listener.Close();
        await serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var body = new MemoryStream();
            var isZipped = context.Request.Headers["Content-Encoding"] == "gzip";
            await using (var content = isZipped ? new GZipStream(context.Request.InputStream, CompressionMode.Decompress) : context.Request.InputStream)
            {
                await content.CopyToAsync(body);
            }

            lock (received)
            {
                received.Add((context.Request.Url!.AbsolutePath, body.ToArray()));
            }

            context.Response.StatusCode = 200;
            context.Response.Close();
        }
    }
}
