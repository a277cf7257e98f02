using System.Globalization;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Keva.Cluster.Tests.Harness;

/// <summary>Where something that several tests share says what no single test's output would show.</summary>
internal sealed class SinkOutput(IMessageSink sink) : ITestOutputHelper
{
    public void WriteLine(string message) => sink.OnMessage(new DiagnosticMessage(message));

    public void WriteLine(string format, params object[] args) => WriteLine(string.Format(CultureInfo.InvariantCulture, format, args));
}
