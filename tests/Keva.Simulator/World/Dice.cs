namespace Keva.Simulator.World;

/// <summary>All chance of a run comes from here, in an order that the seed decides.</summary>
internal sealed class Dice(int seed)
{
    private readonly Random random = new(seed);

    /// <summary>Dice of its own for a part of the run, so that what one part draws changes nothing elsewhere.</summary>
    public Dice Fork() => new(random.Next());

    /// <summary>A source for code that wants one of the base library.</summary>
    public Random ForkRandom() => new(random.Next());

    /// <returns>A number from 0 to below <paramref name="bound"/>.</returns>
    public int Below(int bound) => random.Next(bound);

    /// <returns>A number from <paramref name="lowest"/> to <paramref name="highest"/>, both included.</returns>
    public int Between(int lowest, int highest) => random.Next(lowest, highest + 1);

    public long NextId() => random.NextInt64(1, long.MaxValue);

    public double Fraction() => random.NextDouble();

    public double Between(double lowest, double highest) => lowest + ((highest - lowest) * random.NextDouble());

    public TimeSpan Between(TimeSpan shortest, TimeSpan longest) => shortest + ((longest - shortest) * random.NextDouble());

    /// <summary>As <see cref="Between(TimeSpan, TimeSpan)"/>, but each order of magnitude is as likely as the next.</summary>
    public TimeSpan Spread(TimeSpan shortest, TimeSpan longest) =>
        shortest * Math.Pow(longest / shortest, random.NextDouble());

    public bool Chance(double probability) => probability > 0 && random.NextDouble() < probability;

    public T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];

    /// <returns>Which of the weights was drawn; -1 if all are 0.</returns>
    public int Weighted(IReadOnlyList<int> weights)
    {
        var sum = 0;
        foreach (var weight in weights)
        {
            sum += weight;
        }

        if (sum == 0)
        {
            return -1;
        }

        var drawn = random.Next(sum);
        var chosen = 0;
        while (drawn >= weights[chosen])
        {
            drawn -= weights[chosen++];
        }

        return chosen;
    }
}
