namespace Keva.Serf.Swim;

/// <summary>Outputs that the caller has not taken yet.</summary>
internal sealed class Outbox
{
    private List<SerfOutput> outputs = [];

    public void Add(SerfOutput output) => outputs.Add(output);

    public IReadOnlyList<SerfOutput> Drain()
    {
        if (outputs.Count == 0)
        {
            return [];
        }

        var drained = outputs;
        outputs = [];
        return drained;
    }
}
