using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Keva.Node.Gateway.Http;

/// <summary>What the server calls for each request; nothing stands between the two.</summary>
internal sealed class KevaHttpApplication(
    HttpRouter router,
    NodeHeaders nodeHeaders,
    ByteQuota quota,
    ILogger logger) : IHttpApplication<HttpExchange>
{
    public HttpExchange CreateContext(IFeatureCollection contextFeatures)
    {
        var exchange = contextFeatures is IHostContextContainer<HttpExchange> connection
            ? connection.HostContext ??= new HttpExchange(quota)
            : new HttpExchange(quota);
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
        catch (BadHttpRequestException exception) when (!context.HasResponseStarted)
        {
            await RefuseBodyAsync(context, exception);
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

    /// <summary>The server found the body malformed, cut off or too slow while a handler read it.</summary>
    private static ValueTask RefuseBodyAsync(HttpExchange exchange, BadHttpRequestException exception)
    {
        exchange.CloseAfterwards();
        return exception.StatusCode == StatusCodes.Status408RequestTimeout
            ? exchange.SendErrorAsync(KevaError.RequestTimeout, "The body came in too slowly; nothing was done.")
            : exchange.SendErrorAsync(KevaError.BadRequest, "The body is malformed or was cut off; nothing was done.");
    }

    private static bool IsClientGone(HttpExchange exchange, Exception exception) =>
        exception is ConnectionResetException or ConnectionAbortedException
        || (exception is BadHttpRequestException or OperationCanceledException or IOException && exchange.Aborted.IsCancellationRequested);

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
