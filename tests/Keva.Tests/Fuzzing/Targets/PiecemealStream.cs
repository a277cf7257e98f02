namespace Keva.Tests.Fuzzing.Targets;

/// <summary>Hands out its bytes as a network might: one, then two, then three at a time, and again from one.</summary>
internal sealed class PiecemealStream(byte[] content) : MemoryStream(content)
{
    private const int LongestPiece = 23;

    private int piece;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        piece = piece % LongestPiece + 1;
        return base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
