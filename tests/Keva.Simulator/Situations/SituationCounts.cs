namespace Keva.Simulator.Situations;

/// <summary>How often each situation was reached.</summary>
internal sealed class SituationCounts
{
    private readonly long[] counts = new long[Enum.GetValues<Situation>().Length];

    public long this[Situation situation] => counts[(int)situation];

    public IEnumerable<Situation> NeverReached => Enum.GetValues<Situation>().Where(situation => counts[(int)situation] == 0);

    public void Count(Situation situation) => counts[(int)situation]++;

    public void Add(SituationCounts other)
    {
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] += other.counts[i];
        }
    }
}
