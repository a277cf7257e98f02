using System.Globalization;

namespace Keva.Cli.Commands.Gossip;

/// <summary>The members as <c>serf members</c> prints them; tags by name in ordinal order.</summary>
internal static class MembersText
{
    public static string Of(IEnumerable<MemberModel> members, bool isDetailed) =>
        Columns.Align([.. members.Select(member => Row(member, isDetailed))]);

    private static IReadOnlyList<string> Row(MemberModel member, bool isDetailed)
    {
        var tags = string.Join(',', member.Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}"));
        string[] row = [member.Name, member.Addr, member.Status, tags];
        return isDetailed
            ?
            [
                .. row,
                string.Create(CultureInfo.InvariantCulture, $"Protocol Version: {member.Protocol.Version}"),
                string.Create(CultureInfo.InvariantCulture, $"Available Protocol Range: [{member.Protocol.Min}, {member.Protocol.Max}]"),
            ]
            : row;
    }
}
