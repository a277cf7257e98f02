using System.Threading.Channels;
using Keva.Serf;

namespace Keva.Node.Gossip;

/// <summary>Queries of this node's operators whose answers are still coming in.</summary>
internal sealed class OpenQueries
{
    private const int Most = 256;
    private readonly Dictionary<QueryId, ChannelWriter<QueryProgress>> open = [];

    public bool HasRoom => open.Count < Most;

    public void Add(QueryId id, ChannelWriter<QueryProgress> progress) => open.Add(id, progress);

    /// <summary>A writer that does not take the item belongs to a reader that went away.</summary>
    public void Report(QueryId id, QueryProgress progress)
    {
        if (open.TryGetValue(id, out var writer) && (!writer.TryWrite(progress) || progress is QueryEnded))
        {
            open.Remove(id);
            writer.TryComplete();
        }
    }

    public void Complete()
    {
        foreach (var writer in open.Values)
        {
            writer.TryComplete();
        }

        open.Clear();
    }
}
