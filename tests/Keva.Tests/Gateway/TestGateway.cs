using System.Text.Json;
using Keva.Node.Gateway;
using Keva.Node.Gateway.Http;
using Microsoft.Extensions.Logging;

namespace Keva.Tests.Gateway;

/// <summary>A real server on a free loopback port before a scripted store.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    private readonly ILoggerFactory _loggers;

    private TestGateway(KevaHttpServer server, ScriptedKeyValueService service, RecordingLogger log, ILoggerFactory loggers)
    {
        _loggers = loggers;
        Server = server;
        Service = service;
        Log = log;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
        {
            BaseAddress = server.Addresses[0],
            Timeout = TimeSpan.FromSeconds(20),
        };
    }

    public KevaHttpServer Server { get; }

    public ScriptedKeyValueService Service { get; }

    public RecordingLogger Log { get; }

    public HttpClient Client { get; }

    public int Port => Server.Addresses[0].Port;

    public static async Task<TestGateway> StartAsync(
        Func<KevaHttpOptions, KevaHttpOptions>? configure = null,
        IEnumerable<HttpRoute>? moreRoutes = null,
        RequestMetrics? metrics = null)
    {
        var options = new KevaHttpOptions { Host = "127.0.0.1", Port = 0 };
        var service = new ScriptedKeyValueService();
        var log = new RecordingLogger();
        var loggers = LoggerFactory.Create(builder => builder.AddProvider(log));
        var server = new KevaHttpServer(configure?.Invoke(options) ?? options, service, loggers, moreRoutes, metrics);
        await server.StartAsync();
        return new TestGateway(server, service, log, loggers);
    }

    public Task<RawHttpConnection> ConnectAsync() => RawHttpConnection.OpenAsync(Port);

    /// <summary>One request with the target exactly as given.</summary>
    public async Task<RawResponse> SendAsync(string method, string target, string headers = "", string body = "")
    {
        await using var connection = await ConnectAsync();
        return await connection.SendAsync(method, target, headers, body);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        _loggers.Dispose();
    }
}

/// <summary>Keeps the log lines from warnings up.</summary>
internal sealed class RecordingLogger : ILoggerProvider, ILogger
{
    private readonly Lock _lock = new();
    private readonly List<(LogLevel Level, int Event, string Text)> _lines = [];

    public IReadOnlyList<(LogLevel Level, int Event, string Text)> Lines
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            lock (_lock)
            {
                _lines.Add((logLevel, eventId.Id, formatter(state, exception)));
            }
        }
    }

    public void Dispose()
    {
    }
}

internal static class ErrorBodies
{
    /// <summary>Asserts that a body is an error as the contract has it, and gives its code and sentence.</summary>
    public static (string Code, string Sentence) ReadError(string body)
    {
        using var document = JsonDocument.Parse(body);
        var sentence = document.RootElement.GetProperty("error").GetString()!;
        Assert.EndsWith(".", sentence, StringComparison.Ordinal);
        return (document.RootElement.GetProperty("code").GetString()!, sentence);
    }

    public static async Task<(string Code, string Sentence)> ReadErrorAsync(this HttpResponseMessage response)
    {
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        return ReadError(await response.Content.ReadAsStringAsync());
    }
}
