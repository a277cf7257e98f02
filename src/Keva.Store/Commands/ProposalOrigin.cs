namespace Keva.Store.Commands;

/// <summary>
/// The name of a proposal: which run of which node made it, and its number there. The node where a client waits knows
/// its own command by it among those that are applied. It has no effect on the state.
/// </summary>
public readonly record struct ProposalOrigin(ulong Session, ulong Sequence);
