using System.Buffers.Binary;

namespace Keva.Serf.Wire;

/// <summary>Several messages in one datagram: a count, that many 16-bit lengths, then the messages.</summary>
internal static class CompoundMessage
{
    /// <summary>memberlist 0.2.2 counts the bytes of the lengths in eight bits, so more than this many it misreads.</summary>
    public const int MostParts = 127;

    /// <summary>The type and the count.</summary>
    public const int HeaderLength = 2;

    /// <summary>The length that stands for each part.</summary>
    public const int PartOverhead = 2;

    public static byte[] Encode(IReadOnlyList<byte[]> parts)
    {
        var compound = new byte[HeaderLength + parts.Sum(part => PartOverhead + part.Length)];
        compound[0] = (byte)MessageType.Compound;
        compound[1] = (byte)parts.Count;
        var lengths = compound.AsSpan(HeaderLength);
        var bodies = lengths[(PartOverhead * parts.Count)..];
        foreach (var part in parts)
        {
            BinaryPrimitives.WriteUInt16BigEndian(lengths, checked((ushort)part.Length));
            lengths = lengths[PartOverhead..];
            part.CopyTo(bodies);
            bodies = bodies[part.Length..];
        }

        return compound;
    }

    /// <summary>Where each part begins and how long it is. Parts that were cut off are left out.</summary>
    public static List<Range> Parts(ReadOnlySpan<byte> compound)
    {
        if (compound.Length < HeaderLength || compound.Length < HeaderLength + PartOverhead * compound[1])
        {
            throw new MalformedMessageException("the compound message ends before its lengths do");
        }

        var parts = new List<Range>(compound[1]);
        var start = HeaderLength + PartOverhead * compound[1];
        for (var i = 0; i < compound[1]; i++)
        {
            var end = start + BinaryPrimitives.ReadUInt16BigEndian(compound[(HeaderLength + PartOverhead * i)..]);
            if (end > compound.Length)
            {
                break;
            }

            parts.Add(start..end);
            start = end;
        }

        return parts;
    }
}
