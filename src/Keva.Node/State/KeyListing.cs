using Keva.Store;

namespace Keva.Node.State;

/// <summary>
/// A page of keys. Costs one search and a step for each key of the page, however many keys there are; values are not
/// touched.
/// </summary>
public static class KeyListing
{
    public const int MaxLimit = 1000;

    /// <summary>A page ends when its keys have this many bytes: keys of the longest kind would make one of megabytes.</summary>
    private const int MaxPageBytes = 256 * 1024;

    public static KeysListed Of(StateMachine state, ListKeys request)
    {
        var prefix = request.Prefix.Span;
        var after = request.After.Span;
        var limit = Math.Clamp(request.Limit, 1, MaxLimit);
        var page = new List<KeyValueRecord>();
        var pageBytes = 0;
        var hasMore = false;
        foreach (var record in state.From(after.SequenceCompareTo(prefix) > 0 ? after : prefix))
        {
            var key = record.Key.Span;
            if (!key.StartsWith(prefix))
            {
                break;
            }

            if (!after.IsEmpty && key.SequenceEqual(after))
            {
                continue;
            }

            if (page.Count == limit || pageBytes >= MaxPageBytes)
            {
                hasMore = true;
                break;
            }

            page.Add(record);
            pageBytes += key.Length;
        }

        return new KeysListed(page, hasMore, state.Revision, state.AppliedIndex);
    }
}
