namespace Keva.Store;

/// <summary>
/// A rule that must always hold in the state machine did not: entries out of order, a committed entry that cannot be
/// read, a tree that is not in order. The node must stop; going on would let the replicas drift apart.
/// </summary>
public sealed class StoreInvariantException(string message) : Exception(message);
