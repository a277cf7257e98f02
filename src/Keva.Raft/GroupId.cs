namespace Keva.Raft;

/// <summary>Which Raft group a message or a record belongs to. There is one group, zero, until the data is sharded.</summary>
public readonly record struct GroupId(uint Value) : IComparable<GroupId>
{
    public static readonly GroupId Zero = new(0);

    public int CompareTo(GroupId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
