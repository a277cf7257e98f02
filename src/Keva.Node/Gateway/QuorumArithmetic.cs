using System.Globalization;

namespace Keva.Node.Gateway;

/// <summary>How many voters there are, how many answer, and what that leaves.</summary>
/// <param name="Voters">All that vote.</param>
/// <param name="Up">Those of them that answer.</param>
public readonly record struct QuorumArithmetic(int Voters, int Up)
{
    /// <summary>Votes that a decision needs.</summary>
    public int Majority => (Voters / 2) + 1;

    /// <summary>How many more may fail; negative if there is no majority now.</summary>
    public int Spare => Up - Majority;

    public static QuorumArithmetic Of(ClusterView view) => Of(view.Members.Where(IsVoter));

    /// <summary>The same after the member is gone.</summary>
    public static QuorumArithmetic Without(ClusterView view, MemberView member) =>
        Of(view.Members.Where(other => IsVoter(other) && other.Id != member.Id));

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Up} of {Voters} voters answer, {Majority} are needed");

    private static QuorumArithmetic Of(IEnumerable<MemberView> voters)
    {
        var all = voters.ToArray();
        return new QuorumArithmetic(all.Length, all.Count(member => member.Status == MemberStatus.Up));
    }

    private static bool IsVoter(MemberView member) => member.Role is MemberRole.Leader or MemberRole.Voter;
}
