using Keva.Store.Commands;

namespace Keva.Store;

/// <summary>What a command did. The same on every replica.</summary>
/// <param name="Origin">Who proposed the command, so that whoever waits for it recognises it.</param>
/// <param name="Kind">What the command was.</param>
/// <param name="Revision">The revision of the store after the command.</param>
/// <param name="Existed">Whether the key had a value before.</param>
/// <param name="Previous">For a delete, the value that it removed; otherwise empty.</param>
public readonly record struct ApplyResult(
    ProposalOrigin Origin,
    CommandKind Kind,
    long Revision,
    bool Existed,
    ReadOnlyMemory<byte> Previous);
