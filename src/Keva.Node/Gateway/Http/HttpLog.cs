using Microsoft.Extensions.Logging;

namespace Keva.Node.Gateway.Http;

/// <summary>The log lines of the HTTP gateway, events 3000 to 3099.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(3000, LogLevel.Information, "Users are served at {Addresses}")]
    public static partial void Listening(ILogger logger, string addresses);

    [LoggerMessage(3001, LogLevel.Error, "{Method} {Target} failed; the client got an internal error")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string method, string target);
}
