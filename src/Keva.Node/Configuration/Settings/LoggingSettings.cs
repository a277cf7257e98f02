namespace Keva.Node.Configuration;

/// <summary>How log lines look.</summary>
public enum LogFormat
{
    /// <summary>A line for people.</summary>
    Text,

    /// <summary>A JSON object a line, for programs.</summary>
    Json,
}

/// <summary><c>logging</c>: what the node says while it runs. A host that embeds a node logs as it likes.</summary>
public sealed record LoggingSettings
{
    /// <summary>Lines for people, or JSON.</summary>
    public required LogFormat Format { get; init; }

    internal static LoggingSettings Bind(SettingsSection section) => new()
    {
        Format = section.Choice("format", ("text", LogFormat.Text), ("json", LogFormat.Json)),
    };
}
