namespace Keva.Raft;

/// <summary>The position of an entry in the log. The first entry has index 1; zero is "before the log".</summary>
public readonly record struct LogIndex(long Value) : IComparable<LogIndex>
{
    public static readonly LogIndex Zero = new(0);

    public LogIndex Next() => new(checked(Value + 1));
    public LogIndex Previous() => new(Value - 1);

    public static LogIndex Min(LogIndex left, LogIndex right) => left.Value <= right.Value ? left : right;
    public static LogIndex Max(LogIndex left, LogIndex right) => left.Value >= right.Value ? left : right;

    public int CompareTo(LogIndex other) => Value.CompareTo(other.Value);

    public static bool operator <(LogIndex left, LogIndex right) => left.Value < right.Value;
    public static bool operator >(LogIndex left, LogIndex right) => left.Value > right.Value;
    public static bool operator <=(LogIndex left, LogIndex right) => left.Value <= right.Value;
    public static bool operator >=(LogIndex left, LogIndex right) => left.Value >= right.Value;
    public static LogIndex operator +(LogIndex index, long count) => new(checked(index.Value + count));
    public static LogIndex operator -(LogIndex index, long count) => new(index.Value - count);
    public static long operator -(LogIndex left, LogIndex right) => left.Value - right.Value;

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
