namespace Keva.Node;

/// <summary>
/// Shortens texts that others wrote, for messages. A character that takes two UTF-16 units stays whole: half of one
/// turns into something else as soon as the message is sent or shown.
/// </summary>
internal static class WholeCharacters
{
    /// <summary>The beginning of <paramref name="text"/>, at most <paramref name="most"/> units long.</summary>
    public static ReadOnlySpan<char> First(ReadOnlySpan<char> text, int most)
    {
        if (text.Length <= most)
        {
            return text;
        }

        var isInside = char.IsHighSurrogate(text[most - 1]) && char.IsLowSurrogate(text[most]);
        return text[..(isInside ? most - 1 : most)];
    }
}
