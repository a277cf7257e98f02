using System.Threading.Channels;
using Keva.Serf;

namespace Keva.Node.Gossip;

/// <summary>Who wants to know what happens. A channel that is full loses news, and its reader is told how many.</summary>
internal sealed class GossipWatchers
{
    private const int Most = 64;
    private readonly List<Watcher> watchers = [];

    public bool TryAdd(ChannelWriter<GossipNews> news)
    {
        if (watchers.Count >= Most)
        {
            return false;
        }

        watchers.Add(new Watcher(news));
        return true;
    }

    public void Remove(ChannelWriter<GossipNews> news) => watchers.RemoveAll(watcher => watcher.News == news);

    public void Report(SerfOutput output)
    {
        if (watchers.Count > 0 && NewsOf(output) is { } news)
        {
            watchers.ForEach(watcher => watcher.Report(news));
        }
    }

    public void Complete()
    {
        watchers.ForEach(watcher => watcher.News.TryComplete());
        watchers.Clear();
    }

    private static GossipNews? NewsOf(SerfOutput output) => output switch
    {
        MemberChanged changed => new MemberNews(changed.Kind, changed.Member),
        UserEventReceived received => new UserEventNews(received.LamportTime, received.Name, received.Payload, received.Coalesce),
        QueryReceived { Query: var query } => new QueryNews(query.Id, query.Name, query.Payload, query.From, query.ReplyTo),
        _ => null,
    };

    private sealed class Watcher(ChannelWriter<GossipNews> news)
    {
        private long lost;

        public ChannelWriter<GossipNews> News => news;

        public void Report(GossipNews item)
        {
            if (lost > 0 && news.TryWrite(new NewsLost(lost)))
            {
                lost = 0;
            }

            if (lost > 0 || !news.TryWrite(item))
            {
                lost++;
            }
        }
    }
}
