using Microsoft.Extensions.Primitives;

namespace Keva.Node.Gateway.Http;

/// <summary>
/// Entity tags are a quoted number: the revision of the key's last change. Those of the dashboard's files are quoted
/// hexadecimal digits.
/// </summary>
internal static class EntityTags
{
    /// <summary>
    /// Whether <c>If-None-Match</c> lists <paramref name="tag"/> or is <c>*</c>, under the weak comparison that
    /// RFC 9110 §13.1.2 asks for. Our tag is such digits between quotes, so in a list of quoted tags it stands where it is a
    /// tag and nowhere else.
    /// </summary>
    public static bool Matches(StringValues ifNoneMatch, StringValues tag)
    {
        if (ifNoneMatch.Count == 0)
        {
            return false;
        }

        var list = ifNoneMatch.ToString();
        return list.AsSpan().Trim() is "*" || list.Contains(tag.ToString(), StringComparison.Ordinal);
    }
}
