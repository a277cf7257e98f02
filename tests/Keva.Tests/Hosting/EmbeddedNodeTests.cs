using System.Net;
using System.Net.Sockets;
using System.Text;
using Keva.Node.Configuration;
using Keva.Node.Gateway;
using Keva.Node.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Keva.Tests.Hosting;

/// <summary>How an application carries a node in itself; also the sample for that.</summary>
public sealed class EmbeddedNodeTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("keva-embedded-");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task A_host_with_AddKeva_serves_the_store_in_its_process_and_over_http()
    {
        var userPort = FreePort();
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddKeva(new StartOptions
        {
            NodeIdentity = "embedded",
            WorkingDirectory = directory.FullName,
            KevaAddress = $"127.0.0.1:{FreePort()}",
            UserAddress = $"127.0.0.1:{userPort}",
        });
        using var host = builder.Build();
        await host.StartAsync();
        var store = host.Services.GetRequiredService<IKeyValueService>();

        var written = await SetWhenServingAsync(store, "greeting"u8.ToArray(), "hello"u8.ToArray());
        var read = await store.GetAsync("greeting"u8.ToArray());
        using var http = new HttpClient();
        var overHttp = await http.GetStringAsync(new Uri($"http://127.0.0.1:{userPort}/v1/storage/key/greeting"));
        await host.StopAsync();

        Assert.Null(written.Error);
        Assert.Equal(1, written.Revision);
        Assert.Equal("hello", Encoding.UTF8.GetString(read.Value.Span));
        Assert.Equal("hello", overHttp);
        Assert.Null(await host.Services.GetRequiredService<KevaNode>().Ended);
    }

    [Fact]
    public async Task A_host_whose_node_has_a_bad_setting_does_not_start_and_says_which()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddKeva(new StartOptions { WorkingDirectory = directory.FullName, Set = ["raft.no-such-setting=1"] });
        using var host = builder.Build();

        var exception = await Assert.ThrowsAsync<KevaConfigurationException>(() => host.StartAsync());

        Assert.Contains("raft.no-such-setting", exception.Message, StringComparison.Ordinal);
    }

    // A cluster of one forms and elects itself within moments; until then it says that it is joining.
    private static async Task<WriteOutcome> SetWhenServingAsync(IKeyValueService store, byte[] key, byte[] value)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var outcome = await store.SetAsync(key, value);
            if (outcome.Error?.Error != KevaError.Joining)
            {
                return outcome;
            }

            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
