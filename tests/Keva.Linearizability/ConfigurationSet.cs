namespace Keva.Linearizability;

/// <summary>
/// The configurations that the search has been in, so that none is searched twice (Lowe, 2017). Compared exactly, not by
/// a hash alone: a collision would make a violation of a history that is right.
/// <para>
/// A configuration comes with how many optional writes of each group were used. With fewer of them used, and the rest
/// the same, everything is possible that is possible with more; so one that is no better than a known one is known.
/// </para>
/// </summary>
internal sealed class ConfigurationSet
{
    private const int InitialSlots = 1024;

    // Each entry: how many words it has, the words of its configuration, then how many optional writes were used.
    private ulong[] entries = new ulong[16 * InitialSlots];
    private int entriesEnd;
    private int[] slots = new int[InitialSlots];
    private int count;

    /// <summary>Whether it, or a better one, was not in the set; then it is now.</summary>
    public bool Add(ReadOnlySpan<ulong> configuration, ReadOnlySpan<int> used)
    {
        var slot = FirstSlotOf(configuration);
        for (; slots[slot] != 0; slot = (slot + 1) & (slots.Length - 1))
        {
            if (ConfigurationAt(slots[slot]).SequenceEqual(configuration) && IsNoWorse(slots[slot], configuration.Length, used))
            {
                return false;
            }
        }

        slots[slot] = Append(configuration, used);
        if (2 * ++count > slots.Length)
        {
            DoubleSlots();
        }

        return true;
    }

    private int FirstSlotOf(ReadOnlySpan<ulong> configuration)
    {
        // Multiply and fold each word in; the constant is that of Fibonacci hashing (Knuth, TAOCP 3, 6.4).
        var hash = (ulong)configuration.Length;
        foreach (var word in configuration)
        {
            hash = (hash ^ word) * 0x9E3779B97F4A7C15;
            hash ^= hash >> 32;
        }

        return (int)(hash & (ulong)(slots.Length - 1));
    }

    /// <summary>The configuration of the entry, which is named by one more than its place, as 0 is a free slot.</summary>
    private ReadOnlySpan<ulong> ConfigurationAt(int name) => entries.AsSpan(name, (int)entries[name - 1]);

    private bool IsNoWorse(int name, int length, ReadOnlySpan<int> used)
    {
        for (var group = 0; group < used.Length; group++)
        {
            if (entries[name + length + group] > (ulong)used[group])
            {
                return false;
            }
        }

        return true;
    }

    private int Append(ReadOnlySpan<ulong> configuration, ReadOnlySpan<int> used)
    {
        var end = entriesEnd + 1 + configuration.Length + used.Length;
        if (end > entries.Length)
        {
            Array.Resize(ref entries, Math.Max(end, 2 * entries.Length));
        }

        entries[entriesEnd] = (ulong)configuration.Length;
        configuration.CopyTo(entries.AsSpan(entriesEnd + 1));
        for (var group = 0; group < used.Length; group++)
        {
            entries[entriesEnd + 1 + configuration.Length + group] = (ulong)used[group];
        }

        var name = entriesEnd + 1;
        entriesEnd = end;
        return name;
    }

    private void DoubleSlots()
    {
        var names = slots;
        slots = new int[2 * names.Length];
        foreach (var name in names.Where(name => name != 0))
        {
            var slot = FirstSlotOf(ConfigurationAt(name));
            while (slots[slot] != 0)
            {
                slot = (slot + 1) & (slots.Length - 1);
            }

            slots[slot] = name;
        }
    }
}
