using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Messages;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Driver;

public sealed class HeldMessagesTests
{
    private readonly HeldMessages held = new();
    private readonly List<long> sent = [];

    [Fact]
    public void What_waited_for_a_write_leaves_in_order_when_it_is_durable()
    {
        Hold(sequence: 1, term: 1);
        Hold(sequence: 2, term: 2);
        Hold(sequence: 1, term: 3);
        Release(1);
        Assert.Equal([1, 3], sent);

        Release(2);
        Assert.Equal([1, 3, 2], sent);
    }

    [Fact]
    public void Nothing_leaves_twice()
    {
        Hold(sequence: 1, term: 1);
        Release(1);
        Release(1);

        Assert.Equal([1], sent);
    }

    [Fact]
    public void While_the_disk_takes_no_writes_only_so_many_are_kept_and_the_latest_of_them()
    {
        for (var term = 1; term <= 100_000; term++)
        {
            Hold(sequence: 1, term);
        }

        Release(1);
        Assert.InRange(sent.Count, HeldMessages.Most / 2, HeldMessages.Most);
        Assert.Equal(100_000, sent[^1]);
    }

    private void Hold(long sequence, long term) => held.Hold(sequence, ServerUnderTest.Node(2), new TimeoutNow(new Term(term)));

    private void Release(long persisted) => held.Release(persisted, (_, message) => sent.Add(message.Term.Value));
}
