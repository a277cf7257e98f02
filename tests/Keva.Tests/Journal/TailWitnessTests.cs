using Keva.Journal.Storage;
using Keva.Raft;
using Keva.Tests.Journal.Support;

namespace Keva.Tests.Journal;

public sealed class TailWitnessTests : IDisposable
{
    private const int HeaderBytes = 16;

    private readonly TemporaryDirectory directory = new();

    private string Path => directory.File("tail");

    public void Dispose() => directory.Dispose();

    [Fact]
    public void What_was_acknowledged_is_remembered()
    {
        Acknowledge((1, 10), (2, 20), (1, 11));

        Assert.Equal([(1, 11), (2, 20)], Remembered());
    }

    [Fact]
    public void A_group_that_comes_after_damage_does_not_take_the_place_of_another()
    {
        Acknowledge((1, 10), (2, 20));
        var bytes = File.ReadAllBytes(Path);
        bytes[HeaderBytes] ^= 1; // the slot of group 1 is worth nothing any more
        File.WriteAllBytes(Path, bytes);

        Acknowledge((3, 30));

        Assert.Equal([(2, 20), (3, 30)], Remembered());
    }

    private void Acknowledge(params (uint Group, long Sequence)[] rows)
    {
        using var witness = TailWitness.Open(Path);
        foreach (var (group, sequence) in rows)
        {
            witness.Acknowledge(new GroupId(group), sequence);
        }
    }

    private IEnumerable<(uint Group, long Sequence)> Remembered()
    {
        using var witness = TailWitness.Open(Path);
        return [.. witness.Acknowledged.Select(pair => (pair.Key.Value, pair.Value))];
    }
}
