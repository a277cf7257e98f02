namespace Keva.Node.Configuration;

/// <summary>
/// A configuration file that cannot be read. The message is one line: <c>file:line: what is wrong and what to do</c>.
/// </summary>
public sealed class ConfigurationSyntaxException : FormatException
{
    public ConfigurationSyntaxException(SourcePosition position, string problem, Exception? inner = null)
        : base($"{position}: {OneLine.Of(problem)}", inner)
    {
        Position = position;
        Problem = OneLine.Of(problem);
    }

    public SourcePosition Position { get; }

    /// <summary>The message without the place.</summary>
    public string Problem { get; }
}
