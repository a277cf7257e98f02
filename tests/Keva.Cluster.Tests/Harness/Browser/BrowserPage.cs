using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Keva.Cluster.Tests.Harness.Browser;

/// <summary>Something that the browser wrote to its console.</summary>
/// <param name="Text">What it wrote.</param>
/// <param name="Url">What it is about, if it is about a request.</param>
internal sealed record ConsoleLine(string Text, string Url);

/// <summary>A page in the browser, used as a person would: looked at, typed into, clicked on.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    private readonly DevToolsConnection connection;
    private readonly ConcurrentQueue<ConsoleLine> console = new();
    private readonly ConcurrentQueue<Uri> requests = new();

    private BrowserPage(DevToolsConnection connection)
    {
        this.connection = connection;
        connection.OnEvent = OnEvent;
    }

    /// <summary>All that was written to the console.</summary>
    public IReadOnlyCollection<ConsoleLine> Console => console;

    /// <summary>All that was asked for over the network.</summary>
    public IReadOnlyCollection<Uri> Requests => requests;

    public static async Task<BrowserPage> AttachAsync(DevToolsConnection connection)
    {
        var page = new BrowserPage(connection);
        foreach (var domain in new[] { "Page", "Runtime", "Log", "Network" })
        {
            await connection.SendAsync($"{domain}.enable");
        }

        return page;
    }

    public Task GoToAsync(string url) => connection.SendAsync("Page.navigate", new JsonObject { ["url"] = url });

    public Task ResizeAsync(int width, int height, bool isPhone = false) => connection.SendAsync(
        "Emulation.setDeviceMetricsOverride",
        new JsonObject { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = isPhone });

    /// <param name="scheme">light or dark: what the reader's system prefers. Colours change at once, for whoever looks at them.</param>
    public Task PreferAsync(string scheme) => connection.SendAsync(
        "Emulation.setEmulatedMedia",
        new JsonObject { ["features"] = new JsonArray(Feature("prefers-color-scheme", scheme), Feature("prefers-reduced-motion", "reduce")) });

    /// <summary>What an expression in the page comes to.</summary>
    public async Task<JsonElement> EvaluateAsync(string expression)
    {
        var answer = await connection.SendAsync(
            "Runtime.evaluate", new JsonObject { ["expression"] = expression, ["awaitPromise"] = true, ["returnByValue"] = true });
        return answer.TryGetProperty("exceptionDetails", out var problem)
            ? throw new InvalidOperationException($"{expression}: {problem.GetRawText()}")
            : answer.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
    }

    /// <summary>The words at the first place that the selector finds; empty if there is none.</summary>
    public async Task<string> TextAsync(string selector) =>
        (await EvaluateAsync($"document.querySelector({Quoted(selector)})?.textContent ?? ''")).GetString()!;

    public Task WaitForTextAsync(string selector, string text, TimeSpan? deadline = null) => WaitForAsync(
        $"(document.querySelector({Quoted(selector)})?.textContent ?? '').includes({Quoted(text)})", $"{selector} says '{text}'", deadline);

    public Task WaitForAsync(string condition, string what, TimeSpan? deadline = null) =>
        Eventually.BecomesTrueAsync(async () => (await EvaluateAsync(condition)).GetBoolean(), what, deadline);

    public Task ClickAsync(string selector) => EvaluateAsync($"document.querySelector({Quoted(selector)}).click()");

    /// <summary>Types into what has the focus.</summary>
    public Task TypeAsync(string text) => connection.SendAsync("Input.insertText", new JsonObject { ["text"] = text });

    /// <summary>Presses a key, such as <c>Tab</c> or <c>ArrowDown</c>.</summary>
    public async Task PressAsync(string key)
    {
        var code = key switch { "Tab" => 9, "Enter" => 13, "Escape" => 27, "ArrowUp" => 38, "ArrowDown" => 40, _ => 0 };
        var text = key == "Enter" ? "\r" : "";
        foreach (var type in new[] { "keyDown", "keyUp" })
        {
            await connection.SendAsync(
                "Input.dispatchKeyEvent",
                new JsonObject { ["type"] = type, ["key"] = key, ["code"] = key, ["windowsVirtualKeyCode"] = code, ["text"] = type == "keyDown" ? text : "" });
        }
    }

    /// <summary>A picture of the whole page, as PNG.</summary>
    public async Task SaveScreenshotAsync(string file)
    {
        var answer = await connection.SendAsync("Page.captureScreenshot", new JsonObject { ["format"] = "png", ["captureBeyondViewport"] = true });
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllBytesAsync(file, answer.GetProperty("data").GetBytesFromBase64());
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private void OnEvent(string method, JsonElement parameters)
    {
        switch (method)
        {
            case "Network.requestWillBeSent":
                requests.Enqueue(new Uri(parameters.GetProperty("request").GetProperty("url").GetString()!));
                break;
            case "Log.entryAdded":
                var entry = parameters.GetProperty("entry");
                console.Enqueue(new ConsoleLine(entry.GetProperty("text").GetString()!, entry.TryGetProperty("url", out var url) ? url.GetString()! : ""));
                break;
            case "Runtime.consoleAPICalled":
                console.Enqueue(new ConsoleLine(parameters.GetProperty("args").GetRawText(), ""));
                break;
            case "Runtime.exceptionThrown":
                console.Enqueue(new ConsoleLine(parameters.GetProperty("exceptionDetails").GetRawText(), ""));
                break;
        }
    }

    private static JsonObject Feature(string name, string value) => new() { ["name"] = name, ["value"] = value };

    private static string Quoted(string text) => JsonSerializer.Serialize(text);
}
