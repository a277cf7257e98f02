using Microsoft.Extensions.Logging;

namespace Keva.Cli;

/// <summary>Every line that the program adds to its node's log. Event ids are stable.</summary>
internal static partial class CliLog
{
    [LoggerMessage(4000, LogLevel.Information, "Not ready yet: {Reason}")]
    public static partial void NotReadyYet(ILogger logger, string reason);

    [LoggerMessage(4001, LogLevel.Information, "Ready after {Seconds:0.0} s: {Leader} leads, {Applied} entries are applied")]
    public static partial void Ready(ILogger logger, double seconds, string leader, long applied);
}
