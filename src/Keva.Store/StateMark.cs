namespace Keva.Store;

/// <summary>The hash of the state after the entry at <paramref name="Index"/>, for comparing replicas.</summary>
public readonly record struct StateMark(long Index, UInt128 Hash);
