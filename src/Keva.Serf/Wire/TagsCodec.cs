namespace Keva.Serf.Wire;

/// <summary>
/// A node's tags as they stand in the meta data of its alive message. Another node's meta data is passed on as it came and
/// never encoded anew: the order of the tags in it is not determined, and its owner compares bytes.
/// </summary>
internal static class TagsCodec
{
    private const byte Magic = 0xff;

    public static byte[] Encode(IReadOnlyList<KeyValuePair<string, string>> tags)
    {
        var writer = new MessagePackWriter().Byte(Magic).Map(tags.Count);
        foreach (var (name, value) in tags)
        {
            writer.Key(name).Text(value);
        }

        return writer.ToArray();
    }

    /// <summary>The tags, the last of a name counting; none if they cannot be read. Anything without the magic byte is a role.</summary>
    public static SortedDictionary<string, string> Decode(byte[]? meta)
    {
        var tags = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (meta is not [Magic, ..])
        {
            tags["role"] = System.Text.Encoding.UTF8.GetString(meta ?? []);
            return tags;
        }

        try
        {
            var reader = new MessagePackReader(meta.AsSpan(1));
            foreach (var (name, value) in SerfDecoder.ReadTags(ref reader))
            {
                tags[name] = value;
            }
        }
        catch (MalformedMessageException)
        {
            tags.Clear();
        }

        return tags;
    }
}
