using Keva.Node.Gateway.Http;
using Keva.Raft;

namespace Keva.Tests.Gateway;

public sealed class ByteQuotaTests
{
    [Fact]
    public void What_fits_is_taken_and_what_does_not_changes_nothing()
    {
        var quota = new ByteQuota(10);

        Assert.True(quota.TryTake(4));
        Assert.False(quota.TryTake(7));
        Assert.False(quota.TryTake(long.MaxValue));
        Assert.True(quota.TryTake(6));
        Assert.Equal(10, quota.Taken);
        quota.GiveBack(6);
        Assert.True(quota.TryTake(5));
    }

    [Fact]
    public void Giving_back_more_than_was_taken_is_a_fault_of_ours()
    {
        var quota = new ByteQuota(10);
        Assert.True(quota.TryTake(4));

        Assert.Throws<InvariantViolationException>(() => quota.GiveBack(5));
    }

    [Fact]
    public void Many_threads_never_take_more_than_the_limit_together()
    {
        var quota = new ByteQuota(100);
        Parallel.For(0, 8, seed =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 20_000; i++)
            {
                var bytes = random.Next(60);
                if (quota.TryTake(bytes))
                {
                    Assert.InRange(quota.Taken, bytes, 100);
                    quota.GiveBack(bytes);
                }
            }
        });

        Assert.Equal(0, quota.Taken);
    }
}
