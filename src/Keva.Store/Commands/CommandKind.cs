namespace Keva.Store.Commands;

/// <summary>What a command does. The numbers are part of the format of the log; zero is never used.</summary>
public enum CommandKind : byte
{
    /// <inheritdoc cref="SetCommand"/>
    Set = 1,

    /// <inheritdoc cref="DeleteCommand"/>
    Delete = 2,
}
