using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Keva.Node.Gateway.Http;

/// <summary>What the server calls for each request; nothing stands between the two.</summary>
internal sealed class KevaHttpApplication(
    HttpRouter router,
    NodeHeaders nodeHeaders,
    ByteQuota quota,
    RequestMetrics? metrics,
    ILogger logger) : IHttpApplication<HttpExchange>
{
    public HttpExchange CreateContext(IFeatureCollection contextFeatures)
    {
        var exchange = contextFeatures is IHostContextContainer<HttpExchange> connection
            ? connection.HostContext ??= new HttpExchange(quota, metrics)
            : new HttpExchange(quota, metrics);
        exchange.Begin(contextFeatures);
        return exchange;
    }

    public void DisposeContext(HttpExchange context, Exception? exception) => context.End();

    public async Task ProcessRequestAsync(HttpExchange context)
    {
        try
        {
            nodeHeaders.AddTo(context.ResponseHeaders);
            await router.DispatchAsync(context);
        }
        catch (Exception exception) when (IsClientGone(context, exception))
        {
            // A client may go away at any time. Nobody is left to answer.
        }
        catch (Exception exception)
        {
            HttpLog.RequestFailed(logger, exception, context.Method, context.Target.PathAndQuery);
            await AnswerInternalErrorAsync(context);
        }
    }

    private static bool IsClientGone(HttpExchange exchange, Exception exception) =>
        exception is ConnectionResetException or ConnectionAbortedException
        || (exception is OperationCanceledException or IOException && exchange.Aborted.IsCancellationRequested);

    private ValueTask AnswerInternalErrorAsync(HttpExchange exchange)
    {
        if (exchange.HasResponseStarted)
        {
            exchange.Abort();
            return ValueTask.CompletedTask;
        }

        exchange.ResponseHeaders.Clear();
        nodeHeaders.AddTo(exchange.ResponseHeaders);
        BodyReader.LeaveUnread(exchange);
        return exchange.SendErrorAsync(KevaError.Internal, "This node failed to serve the request; its log says why.");
    }
}
