namespace Keva.Store.Commands;

/// <summary>A command with its origin, the body not read yet.</summary>
/// <param name="Origin">Who proposed it.</param>
/// <param name="Kind">Which of the methods of <see cref="CommandCodec"/> reads the body.</param>
/// <param name="Body">Points into the payload that was decoded.</param>
public readonly record struct CommandEnvelope(ProposalOrigin Origin, CommandKind Kind, ReadOnlyMemory<byte> Body);
