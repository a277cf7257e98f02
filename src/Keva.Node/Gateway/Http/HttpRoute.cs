namespace Keva.Node.Gateway.Http;

/// <summary>A path that is served as a whole, and what serves each method on it. HEAD is served as GET.</summary>
public sealed class HttpRoute
{
    private readonly (string Method, Func<HttpExchange, ValueTask> Handler)[] _handlers;

    /// <param name="path">The path exactly as it is sent, such as <c>/v1/cluster</c>.</param>
    /// <param name="handlers">
    /// The methods. A handler answers through the exchange before its task ends; one that throws is a 500.
    /// </param>
    public HttpRoute(string path, params (string Method, Func<HttpExchange, ValueTask> Handler)[] handlers)
    {
        Path = path;
        _handlers = handlers;
        Allow = string.Join(", ", handlers.SelectMany(handler => handler.Method == "GET" ? ["GET", "HEAD"] : new[] { handler.Method }));
    }

    public string Path { get; }

    /// <summary>The methods, as the <c>Allow</c> header lists them.</summary>
    public string Allow { get; }

    /// <summary>What serves the method, or null.</summary>
    internal Func<HttpExchange, ValueTask>? HandlerOf(string method)
    {
        var served = method == "HEAD" ? "GET" : method;
        foreach (var (known, handler) in _handlers)
        {
            if (known == served)
            {
                return handler;
            }
        }

        return null;
    }
}
