using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;

namespace Keva.Cluster.Tests.Harness.Browser;

/// <summary>Something that the browser wrote to its console.</summary>
/// <param name="Text">What it wrote.</param>
/// <param name="Url">What it is about or where in the page's code it was written, with line and column.</param>
internal sealed record ConsoleLine(string Text, string Url);

/// <summary>
/// A page in a browser without a window, used as a person would: looked at, typed into, clicked on. The browser has nothing of
/// its own: no profile, no updates, no calls home.
/// </summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    /// <summary>Debian's; Playwright brings none that is allowed to be downloaded everywhere.</summary>
    public const string Program = "chromium";

    private readonly IPlaywright playwright;
    private readonly IBrowser browser;
    private readonly IPage page;
    private readonly ConcurrentQueue<ConsoleLine> console = new();
    private readonly ConcurrentQueue<Uri> requests = new();

    private BrowserPage(IPlaywright playwright, IBrowser browser, IPage page)
    {
        this.playwright = playwright;
        this.browser = browser;
        this.page = page;
        page.Console += (_, line) => console.Enqueue(new ConsoleLine(line.Text, line.Location));
        page.PageError += (_, error) => console.Enqueue(new ConsoleLine(error, ""));
        page.Request += (_, request) => requests.Enqueue(new Uri(request.Url));
    }

    /// <summary>All that was written to the console.</summary>
    public IReadOnlyCollection<ConsoleLine> Console => console;

    /// <summary>All that was asked for over the network.</summary>
    public IReadOnlyCollection<Uri> Requests => requests;

    public static async Task<BrowserPage> StartAsync(int width, int height, bool isPhone)
    {
        var driver = await Playwright.CreateAsync();
        try
        {
            var chromium = await driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = FindProgram(), Args = ["--hide-scrollbars"] });
            var opened = await chromium.NewPageAsync(new BrowserNewPageOptions
            {
                ViewportSize = new ViewportSize { Width = width, Height = height },
                IsMobile = isPhone,
                ColorScheme = ColorScheme.Light,

                // Colours change at once, for whoever looks at them.
                ReducedMotion = ReducedMotion.Reduce,
            });
            return new BrowserPage(driver, chromium, opened);
        }
        catch
        {
            driver.Dispose();
            throw;
        }
    }

    public Task GoToAsync(string url) => page.GotoAsync(url, new PageGotoOptions { WaitUntil = WaitUntilState.DOMContentLoaded });

    public Task ResizeAsync(int width, int height) => page.SetViewportSizeAsync(width, height);

    /// <summary>What the reader's system prefers.</summary>
    public Task PreferAsync(ColorScheme scheme) => page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme });

    /// <summary>What an expression in the page comes to.</summary>
    public async Task<JsonElement> EvaluateAsync(string expression) => await page.EvaluateAsync(expression) ?? default;

    /// <summary>The words at the first place that the selector finds; empty if there is none.</summary>
    public async Task<string> TextAsync(string selector) =>
        (await EvaluateAsync($"document.querySelector({Quoted(selector)})?.textContent ?? ''")).GetString()!;

    public Task WaitForTextAsync(string selector, string text, TimeSpan? deadline = null) => WaitForAsync(
        $"(document.querySelector({Quoted(selector)})?.textContent ?? '').includes({Quoted(text)})", $"{selector} says '{text}'", deadline);

    public Task WaitForAsync(string condition, string what, TimeSpan? deadline = null) =>
        Eventually.BecomesTrueAsync(async () => (await EvaluateAsync(condition)).GetBoolean(), what, deadline);

    public Task ClickAsync(string selector) => page.ClickAsync(selector);

    /// <summary>Types into what has the focus.</summary>
    public Task TypeAsync(string text) => page.Keyboard.InsertTextAsync(text);

    /// <summary>Presses a key, such as <c>Tab</c> or <c>ArrowDown</c>.</summary>
    public Task PressAsync(string key) => page.Keyboard.PressAsync(key);

    /// <summary>A picture of the whole page, as PNG.</summary>
    public Task SaveScreenshotAsync(string file) => page.ScreenshotAsync(new PageScreenshotOptions { Path = file, FullPage = true });

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }

    private static string FindProgram() => Environment.GetEnvironmentVariable("PATH")!.Split(':')
        .Select(directory => Path.Combine(directory, Program))
        .First(File.Exists);

    private static string Quoted(string text) => JsonSerializer.Serialize(text);
}
