using System.Text;
using Keva.Store.Checkpoints;

namespace Keva.Tests.Store;

public sealed class CheckpointDeltaTests
{
    private readonly StoreReplica replica = new();
    private readonly CheckpointCopy copy = new();

    private static string Describe(CheckpointDelta delta) => string.Join(
        ' ',
        delta.Select(change => Encoding.UTF8.GetString(change.Key.Span)
            + (change.IsDelete ? "-" : "=" + Encoding.UTF8.GetString(change.Record.Value.Span))));

    private void AssertCopyEqualsMachine()
    {
        var loaded = copy.Load();
        Assert.Equal((LoadProblem.None, ""), (loaded.Problem, loaded.Detail));
        var machine = loaded.StateMachine!;
        machine.CheckInvariants();
        Assert.Equal(replica.Machine.Describe(), machine.Describe());
        Assert.Equal(replica.Machine.From(default), machine.From(default));
    }

    [Fact]
    public void A_delta_holds_each_changed_key_once_with_its_last_state_in_the_order_of_keys()
    {
        replica.Set("c", "1");
        replica.Set("a", "1");
        replica.Set("b", "1");
        replica.Delete("b");
        replica.Set("a", "2");
        replica.Delete("never there");

        Assert.Equal((3, 5L), (replica.Machine.DirtyCount, replica.Machine.DirtyBytes));
        var delta = replica.Machine.TakeDelta();

        Assert.Equal("a=2 b- c=1", Describe(delta));
        Assert.Equal((3, 5L), (delta.Count, delta.ContentBytes));
        Assert.Equal((0L, replica.Machine.Describe()), (delta.BaseIndex, delta.Metadata));
        Assert.Equal((0, 0L), (replica.Machine.DirtyCount, replica.Machine.DirtyBytes));
    }

    [Fact]
    public void A_key_that_was_deleted_and_set_again_is_a_change_and_not_a_delete()
    {
        replica.Set("a", "1");
        replica.Machine.TakeDelta();
        replica.Delete("a");
        replica.Set("a", "2");

        Assert.Equal("a=2", Describe(replica.Machine.TakeDelta()));
    }

    [Fact]
    public void A_delta_without_changes_still_moves_the_applied_index()
    {
        replica.Set("a", "1");
        Assert.True(copy.TryApply(replica.Machine.TakeDelta()));
        replica.ApplyEmpty(term: 4);
        var delta = replica.Machine.TakeDelta();

        Assert.Empty(delta);
        Assert.Equal((1L, 2L, 4L), (delta.BaseIndex, delta.Metadata.AppliedIndex, delta.Metadata.AppliedTerm));
        Assert.True(copy.TryApply(delta));
        AssertCopyEqualsMachine();
    }

    [Fact]
    public void A_delta_does_not_see_what_comes_after_it()
    {
        replica.Set("a", "1");
        replica.Set("b", "1");
        var delta = replica.Machine.TakeDelta();
        replica.Set("a", "2");
        replica.Delete("b");

        Assert.Equal("a=1 b=1", Describe(delta));
        Assert.Equal("a=2 b-", Describe(replica.Machine.TakeDelta()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_copy_kept_up_by_deltas_is_equal_at_every_delta(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 30; round++)
        {
            for (var i = random.Next(150); i >= 0; i--)
            {
                replica.ApplyRandom(random, "mixed");
            }

            Assert.True(copy.TryApply(replica.Machine.TakeDelta()));
            AssertCopyEqualsMachine();
        }
    }

    [Fact]
    public void A_delta_that_was_given_back_is_covered_by_the_next_one_with_the_newest_records()
    {
        replica.Set("a", "1");
        replica.Set("b", "1");
        replica.Set("c", "1");
        var failed = replica.Machine.TakeDelta();
        replica.Set("a", "2");
        replica.Delete("b");
        replica.Machine.ReturnDelta(failed);

        Assert.Equal(3, replica.Machine.DirtyCount);
        var delta = replica.Machine.TakeDelta();
        Assert.Equal("a=2 b- c=1", Describe(delta));
        Assert.Equal(0, delta.BaseIndex);
        Assert.True(copy.TryApply(delta));
        AssertCopyEqualsMachine();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Deltas_that_build_on_a_failed_one_come_back_with_it(bool newestFirst)
    {
        replica.Set("a", "1");
        Assert.True(copy.TryApply(replica.Machine.TakeDelta()));
        replica.Set("a", "2");
        replica.Set("b", "1");
        var failed = replica.Machine.TakeDelta();
        replica.Set("a", "3");
        replica.Set("c", "1");
        replica.Delete("b");
        var behind = replica.Machine.TakeDelta();
        Assert.False(copy.TryApply(behind));
        if (newestFirst)
        {
            replica.Machine.ReturnDelta(behind);
        }

        replica.Machine.ReturnDelta(failed);
        var next = replica.Machine.TakeDelta();
        replica.Machine.ReturnDelta(behind);

        Assert.Equal("a=3 b- c=1", Describe(next));
        Assert.Equal(0, replica.Machine.DirtyCount);
        Assert.True(copy.TryApply(next));
        AssertCopyEqualsMachine();
    }

    [Fact]
    public void A_delta_that_was_written_although_it_was_given_back_does_no_harm()
    {
        replica.Set("a", "1");
        var uncertain = replica.Machine.TakeDelta();
        replica.Set("b", "1");
        var behind = replica.Machine.TakeDelta();
        replica.Machine.ReturnDelta(uncertain);
        replica.Delete("a");

        Assert.True(copy.TryApply(uncertain));
        Assert.True(copy.TryApply(behind));
        Assert.True(copy.TryApply(replica.Machine.TakeDelta()));
        Assert.False(copy.TryApply(behind));
        AssertCopyEqualsMachine();
    }

    [Fact]
    public void A_delta_taken_after_a_return_still_builds_on_the_deltas_before()
    {
        replica.Set("a", "1");
        var first = replica.Machine.TakeDelta();
        replica.Set("b", "1");
        var second = replica.Machine.TakeDelta();
        replica.Machine.ReturnDelta(second);
        replica.Set("c", "1");
        var third = replica.Machine.TakeDelta();

        replica.Machine.ReturnDelta(first);

        Assert.False(copy.TryApply(third));
        Assert.True(copy.TryApply(replica.Machine.TakeDelta()));
        AssertCopyEqualsMachine();
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public void Whatever_writes_fail_the_copy_is_never_wrong_and_catches_up(int seed)
    {
        var random = new Random(seed);
        var outstanding = new Queue<CheckpointDelta>();
        for (var step = 0; step < 400; step++)
        {
            for (var i = random.Next(20); i > 0; i--)
            {
                replica.ApplyRandom(random, "zeros");
            }

            if (outstanding.Count < 3 && random.Next(2) == 0)
            {
                outstanding.Enqueue(replica.Machine.TakeDelta());
            }

            if (outstanding.Count > 0 && random.Next(2) == 0)
            {
                var delta = outstanding.Dequeue();
                if (random.Next(3) == 0 || !copy.TryApply(delta))
                {
                    replica.Machine.ReturnDelta(delta);
                }
                else
                {
                    Assert.Equal(LoadProblem.None, copy.Load().Problem);
                }
            }
        }

        while (outstanding.TryDequeue(out var delta))
        {
            if (!copy.TryApply(delta))
            {
                replica.Machine.ReturnDelta(delta);
            }
        }

        Assert.True(copy.TryApply(replica.Machine.TakeDelta()));
        AssertCopyEqualsMachine();
    }

    [Fact]
    public void A_delta_of_another_state_machine_is_not_taken_back()
    {
        var stranger = new StoreReplica();
        stranger.Set("a", "1");

        Assert.Throws<ArgumentException>(() => replica.Machine.ReturnDelta(stranger.Machine.TakeDelta()));
    }
}
