namespace Keva.Raft.Reads;

/// <summary>
/// Reads of this server's clients between their request and the leader's confirmation. They outlive changes of role and
/// leader: whoever leads next is asked again.
/// </summary>
internal sealed class LocalReads(int timeoutTicks)
{
    private readonly SortedDictionary<long, int> ageOf = [];

    public bool IsEmpty => ageOf.Count == 0;

    public IReadOnlyList<long> Ids => ageOf.Keys.ToArray();

    public void Add(long readId) => ageOf.Add(readId, 0);

    /// <summary>False if the read is not waiting any more: a second answer, or one that came too late.</summary>
    public bool Remove(long readId) => ageOf.Remove(readId);

    /// <summary>Forgets reads that nobody can be waiting for any more.</summary>
    public void Tick()
    {
        if (ageOf.Count == 0)
        {
            return;
        }

        foreach (var id in Ids)
        {
            var age = ageOf[id] + 1;
            if (age > timeoutTicks)
            {
                ageOf.Remove(id);
            }
            else
            {
                ageOf[id] = age;
            }
        }
    }
}
