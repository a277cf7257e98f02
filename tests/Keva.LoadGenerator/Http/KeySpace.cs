using System.Globalization;
using System.Text;

namespace Keva.LoadGenerator.Http;

/// <summary>
/// The keys of one size of value, and the value that each of them has: it never changes, so that every read can be
/// checked byte for byte, whatever is written meanwhile.
/// </summary>
internal sealed class KeySpace
{
    /// <summary>The length of all keys; in base64 they are 20 bytes long, without padding.</summary>
    public const int KeyBytes = 15;

    private const int NumberDigits = 7;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    public KeySpace(int valueBytes)
    {
        // Printable and without repetition, so that no layer below can make it shorter.
        var random = new Random(valueBytes);
        Value = Encoding.ASCII.GetBytes(random.GetItems<char>(Alphabet, valueBytes));
    }

    public byte[] Value { get; }

    public byte[] KeyOf(int number) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"v{Value.Length:000000}-{number:0000000}"));

    /// <summary>Changes the number of a key.</summary>
    public static void WriteNumber(Span<byte> key, int number)
    {
        for (var i = key.Length - 1; i >= key.Length - NumberDigits; i--)
        {
            (number, var digit) = Math.DivRem(number, 10);
            key[i] = (byte)('0' + digit);
        }
    }
}
