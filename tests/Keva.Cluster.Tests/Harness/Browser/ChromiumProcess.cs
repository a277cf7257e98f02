using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;

namespace Keva.Cluster.Tests.Harness.Browser;

/// <summary>A browser without a window and with nothing of its own: no profile, no updates, no calls home.</summary>
internal sealed class ChromiumProcess : IAsyncDisposable
{
    public const string Program = "chromium";

    private static readonly string[] Arguments =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--remote-debugging-port=0", "about:blank",
    ];

    private readonly TemporaryDirectory profile = new();
    private readonly Process process;

    private ChromiumProcess()
    {
        process = Process.Start(new ProcessStartInfo(Program, [$"--user-data-dir={profile.Path}", .. Arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _ = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync()); // so that it never waits for a reader
    }

    public static async Task<(ChromiumProcess Browser, BrowserPage Page)> StartAsync()
    {
        var browser = new ChromiumProcess();
        try
        {
            return (browser, await browser.OpenPageAsync());
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();

        // Its helpers write to the profile until they notice that it is gone.
        await Eventually.BecomesTrueAsync(TryDeleteProfile, "the browser's profile is deleted");
    }

    private bool TryDeleteProfile()
    {
        try
        {
            profile.Dispose();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task<BrowserPage> OpenPageAsync()
    {
        // The browser writes down the port that it chose.
        var portFile = profile.Sub("DevToolsActivePort");
        var lines = await Eventually.ResultOfAsync(
            async () => File.Exists(portFile) && await File.ReadAllLinesAsync(portFile) is { Length: > 1 } read ? read : null,
            "the browser tells its port");
        using var http = new HttpClient { Timeout = Eventually.Deadline };
        using var targets = JsonDocument.Parse(await http.GetStringAsync($"http://127.0.0.1:{lines[0]}/json"));
        var page = targets.RootElement.EnumerateArray().First(target => target.GetProperty("type").GetString() == "page");
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri(page.GetProperty("webSocketDebuggerUrl").GetString()!), CancellationToken.None);
        return await BrowserPage.AttachAsync(new DevToolsConnection(socket));
    }
}
