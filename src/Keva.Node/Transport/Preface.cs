namespace Keva.Node.Transport;

/// <summary>
/// The first eight bytes of each side, the same in all versions for good: <c>KEVA</c>, the lowest and the highest protocol
/// version that the side speaks, two zero bytes that a reader ignores. The two sides then use the highest version that
/// both speak.
/// </summary>
public readonly record struct Preface(byte LowestVersion, byte HighestVersion)
{
    public const int Size = 8;

    /// <summary>What this program speaks.</summary>
    public static readonly Preface Own = new(1, 1);

    private static ReadOnlySpan<byte> Magic => "KEVA"u8;

    public void Write(Span<byte> destination)
    {
        Magic.CopyTo(destination);
        destination[4] = LowestVersion;
        destination[5] = HighestVersion;
        destination[6..Size].Clear();
    }

    /// <summary>False with the reason if <paramref name="bytes"/>, <see cref="Size"/> of them, are no preface.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Preface preface, out string problem)
    {
        preface = default;
        problem = "";
        if (FirstByte.WhyRefused(bytes[0]) is { } refusal)
        {
            problem = refusal;
        }
        else if (!bytes.StartsWith(Magic))
        {
            problem = "it is not a Keva node";
        }
        else if (bytes[4] == 0 || bytes[4] > bytes[5])
        {
            problem = $"its preface names no protocol version: {bytes[4]} to {bytes[5]}";
        }
        else
        {
            preface = new Preface(bytes[4], bytes[5]);
        }

        return problem.Length == 0;
    }

    /// <summary>The version that both sides speak, or zero and a sentence that names what each speaks.</summary>
    public byte Agree(Preface remote, out string problem)
    {
        var version = Math.Min(HighestVersion, remote.HighestVersion);
        if (version >= Math.Max(LowestVersion, remote.LowestVersion))
        {
            problem = "";
            return version;
        }

        problem = $"no common protocol version: this node speaks {this}, the peer {remote}";
        return 0;
    }

    public override string ToString() =>
        LowestVersion == HighestVersion ? $"version {LowestVersion}" : $"versions {LowestVersion} to {HighestVersion}";
}
