namespace Keva.Tests.Store;

/// <summary>The order that keys are promised to have, said in the plainest way: by bytes, as unsigned numbers.</summary>
internal sealed class ByteOrder : IComparer<byte[]>
{
    public static readonly ByteOrder Instance = new();

    public int Compare(byte[]? left, byte[]? right)
    {
        var shared = left.AsSpan().CommonPrefixLength(right);
        if (shared < left!.Length && shared < right!.Length)
        {
            return left[shared] < right[shared] ? -1 : 1;
        }

        return left.Length.CompareTo(right!.Length);
    }
}
