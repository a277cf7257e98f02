using Keva.Serf.Swim;
using Keva.Serf.Wire;

namespace Keva.Serf.Members;

/// <summary>A member, and how recent what is known of it is.</summary>
internal sealed class MemberEntry(string name)
{
    private SortedDictionary<string, string> tags = new(StringComparer.Ordinal);

    public string Name { get; } = name;

    public byte[] Address { get; private set; } = [];

    public ushort Port { get; private set; }

    public VersionVector Version { get; private set; }

    public MemberStatus Status { get; set; } = MemberStatus.Alive;

    /// <summary>The time of the latest intent; what is older says nothing new.</summary>
    public ulong StatusTime { get; set; }

    /// <summary>When it left or failed, for those that did.</summary>
    public TimeSpan GoneSince { get; set; }

    public IReadOnlyDictionary<string, string> Tags => tags;

    public void Describe(NodeRecord node)
    {
        Address = node.Address;
        Port = node.Port;
        Version = node.Version;
        tags = TagsCodec.Decode(node.Meta);
    }

    public Member ToMember() => new(Name, NodeAddress.ToEndPoint(Address, Port), tags, Status)
    {
        Versions = new ProtocolVersions(
            Version.ProtocolMin, Version.ProtocolMax, Version.ProtocolCurrent, Version.DelegateMin, Version.DelegateMax, Version.DelegateCurrent),
        StatusTime = StatusTime,
    };

    public MemberRecord ToRecord() => new(Name, Address, Port, [.. tags], (int)Status, Version);
}
