using Keva.Raft;

namespace Keva.Node.Gateway.Http;

/// <summary>Bounds the bytes that all requests together hold. Safe from any thread.</summary>
public sealed class ByteQuota(long limit)
{
    private long _taken;

    /// <summary>Bytes now held, between zero and the limit.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>Takes <paramref name="bytes"/>, or nothing and answers false if they would exceed the limit.</summary>
    public bool TryTake(long bytes)
    {
        Invariant.Check(bytes >= 0, "a request takes no negative amount");
        var taken = Volatile.Read(ref _taken);
        while (bytes <= limit - taken)
        {
            var seen = Interlocked.CompareExchange(ref _taken, taken + bytes, taken);
            if (seen == taken)
            {
                return true;
            }

            taken = seen;
        }

        return false;
    }

    /// <summary>Gives back what <see cref="TryTake"/> took.</summary>
    public void GiveBack(long bytes)
    {
        var left = Interlocked.Add(ref _taken, -bytes);
        Invariant.Check(left >= 0, "no more is given back than was taken");
    }
}
