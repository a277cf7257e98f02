namespace Keva.Linearizability;

public enum Verdict
{
    /// <summary>There is an order that explains every answer.</summary>
    Ok,

    /// <summary>There is none: the store broke its promise.</summary>
    Violation,

    /// <summary>The limit of steps was reached first. This is no pass.</summary>
    Undecided,
}

/// <param name="Steps">How many configurations were looked at.</param>
/// <param name="Violation">What is wrong; null unless <paramref name="Verdict"/> says so.</param>
/// <param name="UndecidedKey">A key whose operations took too many steps; null unless <paramref name="Verdict"/> says so.</param>
public sealed record CheckResult(Verdict Verdict, long Steps, Violation? Violation = null, string? UndecidedKey = null)
{
    /// <summary>For a person, of several lines where there is something to tell.</summary>
    public override string ToString() => Verdict switch
    {
        Verdict.Ok => $"linearizable ({Steps} steps)",
        Verdict.Undecided => $"undecided after {Steps} steps: the operations on key \"{UndecidedKey}\" are too many at once",
        _ => Violation!.Text,
    };
}

/// <summary>Why a history is not that of a single copy of the data.</summary>
/// <param name="Key">The key whose answers contradict each other; null if those of several keys do only together.</param>
/// <param name="Prefix">The longest part of the key's history that can be explained, in an order that explains it. Empty from <see cref="RevisionCheck"/>.</param>
/// <param name="Offender">The operation whose answer made it impossible.</param>
/// <param name="Conflict">
/// Few operations, in the order of their invocation, that contradict each other already without any other answer: what
/// to look at first.
/// </param>
/// <param name="Text">All of this for a person.</param>
public sealed record Violation(
    string? Key, IReadOnlyList<Operation> Prefix, Operation Offender, IReadOnlyList<Operation> Conflict, string Text);
