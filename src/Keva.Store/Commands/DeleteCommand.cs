namespace Keva.Store.Commands;

/// <summary>Removes the key. Takes one revision if there was such a key; otherwise nothing changes.</summary>
public readonly record struct DeleteCommand(ReadOnlyMemory<byte> Key);
