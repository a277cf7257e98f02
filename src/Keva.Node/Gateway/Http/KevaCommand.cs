namespace Keva.Node.Gateway.Http;

/// <summary>What a <see cref="KevaCommand"/> asks for.</summary>
public enum CommandVerb
{
    Get,
    Set,
    Delete,
}

/// <summary>One command of the JSON interface, checked.</summary>
/// <param name="Value">For a set: the value. Otherwise null.</param>
public sealed record KevaCommand(CommandVerb Verb, byte[] Key, byte[]? Value);
