using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Keva.Node.Gateway.Http;

/// <summary>Turns the part of a URL that names a key into the key's bytes: percent-decoded once, and strictly.</summary>
public static class KeyDecoder
{
    /// <summary>
    /// <c>%2F</c> becomes <c>/</c>, <c>%252F</c> becomes <c>%2F</c>, <c>+</c> stays <c>+</c>, and dots and slashes mean
    /// nothing. What is not percent-encoded UTF-8 of 1 to <paramref name="maxKeyBytes"/> bytes is refused.
    /// </summary>
    public static bool TryDecode(
        ReadOnlySpan<char> encoded,
        int maxKeyBytes,
        [NotNullWhen(true)] out byte[]? key,
        [NotNullWhen(false)] out KevaFailure? failure)
    {
        key = null;
        failure = Check(encoded, out var length);
        failure ??= KeyRules.CheckLength(length, maxKeyBytes);
        if (failure is not null)
        {
            return false;
        }

        var bytes = new byte[length];
        Decode(encoded, bytes);
        if (!Utf8.IsValid(bytes))
        {
            failure = new KevaFailure(KevaError.BadRequest, "The key is not UTF-8 after percent-decoding.");
            return false;
        }

        key = bytes;
        return true;
    }

    private static KevaFailure? Check(ReadOnlySpan<char> encoded, out int decodedLength)
    {
        decodedLength = encoded.Length;
        if (encoded.IndexOf('#') >= 0)
        {
            return new KevaFailure(KevaError.BadRequest, "A URL that is sent has no fragment: write a # in a key as %23.");
        }

        if (!Ascii.IsValid(encoded))
        {
            return new KevaFailure(KevaError.BadRequest, "Characters outside of ASCII must be percent-encoded UTF-8.");
        }

        for (var rest = encoded; rest.IndexOf('%') is var escape and >= 0; rest = rest[(escape + 3)..])
        {
            if (rest.Length < escape + 3 || !char.IsAsciiHexDigit(rest[escape + 1]) || !char.IsAsciiHexDigit(rest[escape + 2]))
            {
                var shown = rest[escape..Math.Min(escape + 3, rest.Length)].ToString();
                return new KevaFailure(
                    KevaError.BadRequest,
                    $"The key has a bad percent-escape '{shown}': two hexadecimal digits must follow a %, and a % itself is %25.");
            }

            decodedLength -= 2;
        }

        return null;
    }

    private static void Decode(ReadOnlySpan<char> encoded, Span<byte> bytes)
    {
        while (!encoded.IsEmpty)
        {
            var escape = encoded.IndexOf('%');
            var plain = escape < 0 ? encoded : encoded[..escape];
            var status = Ascii.FromUtf16(plain, bytes, out var written);
            Raft.Invariant.Check(status == OperationStatus.Done, "what was checked to be ASCII is ASCII");
            bytes = bytes[written..];
            if (escape < 0)
            {
                return;
            }

            bytes[0] = (byte)((HexValue(encoded[escape + 1]) << 4) | HexValue(encoded[escape + 2]));
            bytes = bytes[1..];
            encoded = encoded[(escape + 3)..];
        }
    }

    private static int HexValue(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
