using System.Buffers;

namespace Keva.Serf.Wire;

/// <summary>Compresses into the form of <see cref="LzwCode"/>.</summary>
internal sealed class LzwEncoder
{
    private readonly ArrayBufferWriter<byte> output;

    // The strings of the table as a tree: the children of a code are a chain that begins at firstChild.
    private readonly ushort[] firstChild = new ushort[LzwCode.TableSize];
    private readonly ushort[] nextSibling = new ushort[LzwCode.TableSize];
    private readonly byte[] lastByte = new byte[LzwCode.TableSize];
    private int highest = LzwCode.End;
    private int width = LzwCode.LeastWidth;
    private uint pendingBits;
    private int pendingCount;

    private LzwEncoder(int expectedLength)
    {
        output = new ArrayBufferWriter<byte>(Math.Max(expectedLength, 16));
    }

    public static byte[] Encode(ReadOnlySpan<byte> plain)
    {
        var encoder = new LzwEncoder(plain.Length / 2);
        encoder.Write(LzwCode.Clear);
        encoder.WriteStrings(plain);
        encoder.Write(LzwCode.End);
        encoder.Flush();
        return encoder.output.WrittenSpan.ToArray();
    }

    private void WriteStrings(ReadOnlySpan<byte> plain)
    {
        if (plain.IsEmpty)
        {
            return;
        }

        int prefix = plain[0];
        foreach (var next in plain[1..])
        {
            var child = FindChild(prefix, next);
            if (child != 0)
            {
                prefix = child;
                continue;
            }

            Write(prefix);
            if (TryAdvance())
            {
                Add(prefix, next);
            }

            prefix = next;
        }

        Write(prefix);
        TryAdvance();
    }

    private int FindChild(int prefix, byte next)
    {
        int child = firstChild[prefix];
        while (child != 0 && lastByte[child] != next)
        {
            child = nextSibling[child];
        }

        return child;
    }

    private void Add(int prefix, byte next)
    {
        lastByte[highest] = next;
        nextSibling[highest] = firstChild[prefix];
        firstChild[prefix] = (ushort)highest;
    }

    /// <summary>Counts the next code; false if the table was full and is now empty.</summary>
    private bool TryAdvance()
    {
        highest++;
        if (highest == 1 << width)
        {
            width++;
        }

        if (highest < LzwCode.LastCode)
        {
            return true;
        }

        Write(LzwCode.Clear);
        width = LzwCode.LeastWidth;
        highest = LzwCode.End;
        Array.Clear(firstChild);
        return false;
    }

    private void Write(int code)
    {
        pendingBits |= (uint)code << pendingCount;
        pendingCount += width;
        while (pendingCount >= 8)
        {
            WriteByte((byte)pendingBits);
            pendingBits >>= 8;
            pendingCount -= 8;
        }
    }

    private void Flush()
    {
        if (pendingCount > 0)
        {
            WriteByte((byte)pendingBits);
        }
    }

    private void WriteByte(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }
}
