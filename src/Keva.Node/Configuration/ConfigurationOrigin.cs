namespace Keva.Node.Configuration;

/// <summary>The kinds of places that a setting can come from, in the order in which later wins.</summary>
public enum OriginKind
{
    /// <summary>The built-in <c>hocon/reference.conf</c>.</summary>
    Reference,

    /// <summary>A file or profile given with <c>--hocon</c>.</summary>
    Hocon,

    /// <summary>keva.toml.</summary>
    Toml,

    /// <summary>An environment variable.</summary>
    Environment,

    /// <summary>An option of the command line.</summary>
    CommandLine,
}

/// <summary>Where a value came from.</summary>
/// <param name="Kind">The kind of place.</param>
/// <param name="Description"><c>file:line</c>, the variable's name, or the option; what error messages begin with.</param>
public sealed record ConfigurationOrigin(OriginKind Kind, string Description)
{
    public override string ToString() => Description;
}

/// <summary>Something that keeps a node from starting.</summary>
/// <param name="origin">Where it is.</param>
/// <param name="message">What is wrong and what to do; made into one line.</param>
public sealed class ConfigurationProblem(ConfigurationOrigin origin, string message)
{
    public ConfigurationOrigin Origin { get; } = origin;

    public string Message { get; } = OneLine.Of(message);

    /// <summary>The line that is shown to the user.</summary>
    public override string ToString() => $"{Origin}: {Message}";
}
