using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Keva.Node.Telemetry.Tracing;

/// <summary>The span of a request. Its parent is what the client says in <c>traceparent</c> (W3C Trace Context).</summary>
internal static class RequestTrace
{
    private const int FirstServerError = 500;

    public static Activity? Begin(string method, IHeaderDictionary headers)
    {
        // A header that cannot be read starts a trace of its own, as the recommendation has it.
        var parent = ActivityContext.TryParse(headers.TraceParent, headers.TraceState, isRemote: true, out var given) ? given : default;
        return KevaActivity.Start(method, ActivityKind.Server, parent);
    }

    /// <summary>Notes what became of it. The key is not in it: what users store is not for those who read traces.</summary>
    public static void Answered(Activity activity, string method, string route, int status)
    {
        activity.DisplayName = $"{method} {route}";
        activity.SetTag("http.request.method", method);
        activity.SetTag("http.route", route);
        activity.SetTag("http.response.status_code", status);
        if (status >= FirstServerError)
        {
            activity.SetStatus(ActivityStatusCode.Error);
        }
    }
}
