using System.Text;

namespace Keva.Tests.Fuzzing.Engine;

/// <summary>What a reader said about an input.</summary>
/// <param name="IsAccepted">Whether it took it.</param>
/// <param name="Reason">Why not; or, of what is taken, which kind it is.</param>
internal readonly record struct FuzzOutcome(bool IsAccepted, string Reason)
{
    public static readonly FuzzOutcome Accepted = new(IsAccepted: true, "");

    public static FuzzOutcome AcceptedAs(string kind) => new(IsAccepted: true, kind);

    public static FuzzOutcome Refused(string reason) => new(IsAccepted: false, reason);

    /// <summary>
    /// The reason without what is particular to the input: two inputs with different kinds went different ways through the
    /// reader. It stands in for coverage, which .NET does not tell a running program.
    /// </summary>
    public string Kind()
    {
        var first = Reason.IndexOf('\'', StringComparison.Ordinal);
        var constant = first < 0 ? Reason : Reason.Remove(first, Reason.LastIndexOf('\'') - first); // what is quoted is the input's
        var kind = new StringBuilder(IsAccepted ? "+" : "-");
        foreach (var c in constant)
        {
            if (char.IsAsciiLetterLower(c) || c == ' ')
            {
                kind.Append(c);
            }
        }

        return kind.ToString();
    }
}
