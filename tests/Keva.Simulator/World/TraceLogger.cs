using Microsoft.Extensions.Logging;

namespace Keva.Simulator.World;

/// <summary>Puts what nodes log into the trace.</summary>
internal sealed class TraceLogger(Action<string> write) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        write($"log: {formatter(state, exception)}");
}
