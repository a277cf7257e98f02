namespace Keva.Serf.Wire;

/// <summary>Decompresses the form of <see cref="LzwCode"/>, into no more than a given number of bytes.</summary>
internal ref struct LzwDecoder
{
    private readonly ReadOnlySpan<byte> input;
    private readonly int mostBytes;

    // An entry of the table is a string that was put out before, together with the byte that followed it there.
    private readonly int[] entryStart = new int[LzwCode.TableSize];
    private readonly int[] entryLength = new int[LzwCode.TableSize];
    private byte[] output;
    private int written;
    private int position;
    private uint pendingBits;
    private int pendingCount;

    private LzwDecoder(ReadOnlySpan<byte> input, int mostBytes)
    {
        this.input = input;
        this.mostBytes = mostBytes;
        output = new byte[Math.Min(mostBytes, 4 * input.Length)];
    }

    /// <exception cref="MalformedMessageException">A code is unknown, the end code is missing, or the result is too long.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> compressed, int mostBytes)
    {
        var decoder = new LzwDecoder(compressed, mostBytes);
        decoder.Decode();
        return decoder.output[..decoder.written];
    }

    private void Decode()
    {
        var highest = LzwCode.End;
        var width = LzwCode.LeastWidth;
        var hasPrevious = false;
        int previousStart = 0, previousLength = 0;
        for (var code = Read(width); code != LzwCode.End; code = Read(width))
        {
            if (code == LzwCode.Clear)
            {
                Array.Clear(entryLength);
                (highest, width, hasPrevious) = (LzwCode.End, LzwCode.LeastWidth, false);
                continue;
            }

            var start = written;
            if (hasPrevious)
            {
                // Its last byte is about to be written; the one code that uses it before that is this very entry's.
                entryStart[highest] = previousStart;
                entryLength[highest] = previousLength + 1;
            }

            Emit(code);
            (hasPrevious, previousStart, previousLength) = (true, start, written - start);
            highest++;
            if (highest < 1 << width)
            {
                continue;
            }

            if (width < LzwCode.MostWidth)
            {
                width++;
            }
            else
            {
                // The table is full: it stays as it is until it is cleared.
                hasPrevious = false;
                highest--;
            }
        }
    }

    private void Emit(int code)
    {
        if (code < LzwCode.Clear)
        {
            Reserve(1);
            output[written++] = (byte)code;
            return;
        }

        var length = entryLength[code];
        if (length == 0)
        {
            throw new MalformedMessageException($"the compressed message uses the code {code} before it has a meaning");
        }

        Reserve(length);
        // Byte by byte: the source may reach into what is being written.
        var start = entryStart[code];
        for (var i = 0; i < length; i++)
        {
            output[written++] = output[start + i];
        }
    }

    private void Reserve(int count)
    {
        if (count > mostBytes - written)
        {
            throw new MalformedMessageException($"the compressed message holds more than {mostBytes} bytes");
        }

        if (written + count > output.Length)
        {
            Array.Resize(ref output, (int)Math.Min(mostBytes, Math.Max(2L * output.Length, written + count)));
        }
    }

    private int Read(int width)
    {
        while (pendingCount < width)
        {
            if (position == input.Length)
            {
                throw new MalformedMessageException("the compressed message has no end code");
            }

            pendingBits |= (uint)input[position++] << pendingCount;
            pendingCount += 8;
        }

        var code = (int)(pendingBits & ((1u << width) - 1));
        pendingBits >>= width;
        pendingCount -= width;
        return code;
    }
}
