using Keva.Raft;
using Keva.Raft.Membership;
using Keva.Raft.Messages;

namespace Keva.Node.Transport.Codec;

/// <summary>
/// Turns the numbers of one message into the types of the core, and keeps the first thing that is wrong with them. The
/// caller builds its message from what it gets and drops it if <see cref="Problem"/> is not null.
/// </summary>
internal struct FieldChecks
{
    /// <summary>
    /// No log and no cluster gets this far. Up to here the core can count on without overflow.
    /// </summary>
    public const long LargestNumber = 1L << 62;

    public string? Problem { get; private set; }

    public void Require(bool condition, string problem)
    {
        if (!condition)
        {
            Problem ??= problem;
        }
    }

    /// <summary>A number from zero up.</summary>
    public long Number(long value, string name)
    {
        if (value is < 0 or > LargestNumber)
        {
            Problem ??= $"{name} is out of range: {value}";
        }

        return value;
    }

    public LogIndex Index(long value, string name) => new(Number(value, name));

    /// <summary>The term of a message that only a server sends that has taken part in an election: from one up.</summary>
    public Term PositiveTerm(long value)
    {
        Require(value != 0, "the term is missing");
        return new Term(Number(value, "the term"));
    }

    /// <summary>An entry in the log of the sender, which is in <paramref name="term"/>; zero and zero: before the log.</summary>
    public EntryId Entry(long index, long entryTerm, Term term, string name)
    {
        var id = new EntryId(Index(index, name), new Term(Number(entryTerm, name)));
        if ((index == 0) != (entryTerm == 0))
        {
            Problem ??= $"{name} has only one of index and term";
        }

        if (id.Term > term)
        {
            Problem ??= $"{name} is of a later term than the message";
        }

        return id;
    }

    public StateHashMark StateHash(long index, ulong high, ulong low)
    {
        var mark = new StateHashMark(Index(index, "the state hash's index"), new UInt128(high, low));
        Require(index != 0 || mark == StateHashMark.None, "there is a state hash without an index");
        return mark;
    }

    public ClusterConfiguration Configuration(ReadOnlySpan<byte> bytes)
    {
        Require(
            ClusterConfigurationCodec.TryDecode(bytes, out var configuration) && !configuration.Members.IsEmpty,
            "the cluster configuration is missing or malformed");
        return configuration;
    }
}
