using System.Globalization;
using System.Text;

namespace Keva.Cli.Commands.Gossip;

/// <summary>Who is seen as alive, who answered, and what that means, as <c>serf reachability</c> says it.</summary>
internal sealed class ReachabilityReport(IReadOnlyList<MemberModel> members)
{
    private const string Hints = """

        Troubleshooting tips:
        * Ensure that the bind addr:port is accessible by all other nodes
        * If an advertise address is set, ensure it routes to the bind address
        * Check that no nodes are behind a NAT
        * If nodes are behind firewalls or iptables, check that Serf traffic is permitted (UDP and TCP)
        * Verify networking equipment is functional
        """;

    private readonly SortedSet<string> live = new(members.Where(member => member.IsAlive).Select(member => member.Name), StringComparer.Ordinal);
    private readonly SortedSet<string> answered = new(StringComparer.Ordinal);
    private int acknowledgements;

    public string Heading => string.Create(CultureInfo.InvariantCulture, $"Total members: {members.Count}, live members: {live.Count}");

    public bool IsGood => acknowledgements == live.Count && acknowledgements == answered.Count;

    private IEnumerable<string> Missing => live.Where(name => !answered.Contains(name));

    private IEnumerable<string> Unexpected => answered.Where(name => !live.Contains(name));

    public IEnumerable<string> Acknowledge(string from, bool isVerbose)
    {
        acknowledgements++;
        var isFirst = answered.Add(from);
        return (isVerbose ? new[] { $"\tAck from '{from}'" } : []).Concat(isFirst ? [] : [$"Duplicate response from '{from}'"]);
    }

    /// <param name="times">How long all took and when the last answer came, if that is to be told.</param>
    public string Conclusion((TimeSpan Total, TimeSpan Last)? times)
    {
        var text = new StringBuilder();
        if (times is var (total, last))
        {
            text.Append(CultureInfo.InvariantCulture, $"Query time: {total.TotalSeconds:0.00} sec, time to last response: {last.TotalSeconds:0.00} sec\n");
        }

        if (acknowledgements > answered.Count)
        {
            text.Append("Duplicate responses means there is a misconfiguration. Verify that node names are unique.\n");
        }

        if (acknowledgements == live.Count)
        {
            return text.Append("Successfully contacted all live nodes").ToString();
        }

        var isMore = acknowledgements > live.Count;
        text.Append(isMore ? "Received more acks than live nodes! Acks from non-live nodes:\n" : "Received less acks than live nodes! Missing acks from:\n");
        foreach (var name in isMore ? Unexpected : Missing)
        {
            text.Append('\t').Append(name).Append('\n');
        }

        text.Append(isMore
            ? "This could mean Serf is detecting false-failures due to a misconfiguration or network issue.\n"
            : "This could mean Serf gossip packets are being lost due to a misconfiguration or network issue.\n");
        return text.Append(Hints).ToString();
    }

    public object ToJson() => new
    {
        members = members.Count,
        live,
        acks = answered,
        missing = Missing,
        unexpected = Unexpected,
        duplicates = acknowledgements - answered.Count,
        reachable = IsGood,
    };
}
