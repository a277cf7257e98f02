using System.Buffers.Text;

namespace Keva.LoadGenerator.Http;

/// <summary>
/// A whole request in which only the keys change. All keys are equally long, so a request is made by writing digits into
/// the one before.
/// </summary>
internal sealed class RequestTemplate
{
    private readonly int[] keyOffsets;
    private readonly byte[] key;
    private readonly bool isBase64;

    /// <param name="bytes">The request, with any key of <paramref name="keySpace"/> in each place.</param>
    /// <param name="keyOffsets">Where the keys are.</param>
    /// <param name="keySpace">The keys.</param>
    /// <param name="isBase64">Whether the keys are written in base64.</param>
    public RequestTemplate(byte[] bytes, int[] keyOffsets, KeySpace keySpace, bool isBase64)
    {
        Bytes = bytes;
        this.keyOffsets = keyOffsets;
        this.isBase64 = isBase64;
        key = keySpace.KeyOf(0);
    }

    public byte[] Bytes { get; }

    /// <summary>How many keys the request has.</summary>
    public int KeyCount => keyOffsets.Length;

    public void SetKey(int place, int number)
    {
        KeySpace.WriteNumber(key, number);
        var target = Bytes.AsSpan(keyOffsets[place]);
        if (isBase64)
        {
            Base64.EncodeToUtf8(key, target, out _, out _);
        }
        else
        {
            key.CopyTo(target);
        }
    }
}
