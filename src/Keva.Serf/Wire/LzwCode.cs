namespace Keva.Serf.Wire;

/// <summary>
/// The numbers of the LZW variant that memberlist uses, which is that of GIF with 8-bit literals: codes of 9 to 12 bits,
/// least significant bit first, 256 = clear the table, 257 = end.
/// </summary>
internal static class LzwCode
{
    public const int Clear = 256;

    public const int End = 257;

    public const int LeastWidth = 9;

    public const int MostWidth = 12;

    public const int TableSize = 1 << MostWidth;

    /// <summary>The encoder clears the table when it would use this code.</summary>
    public const int LastCode = TableSize - 1;
}
