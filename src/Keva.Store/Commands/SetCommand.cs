namespace Keva.Store.Commands;

/// <summary>Gives the key this value, whether or not it had one. Always takes one revision.</summary>
public readonly record struct SetCommand(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value);
