using Keva.Simulator.Situations;
using Keva.Simulator.World;

namespace Keva.Simulator.Runs;

/// <summary>What came of one seed.</summary>
/// <param name="Rule">The short name of the rule that broke; null if none did.</param>
/// <param name="Failure">The rule and what broke it.</param>
/// <param name="Trace">What happened before it, oldest first.</param>
/// <param name="Fingerprint">Stands for the whole run: two runs that differ in any turn differ in this.</param>
/// <param name="Served">Requests that were answered.</param>
/// <param name="Open">Requests whose outcome their client does not know.</param>
internal sealed record SeedResult(
    int Seed,
    string? Rule,
    string? Failure,
    IReadOnlyList<string> Trace,
    ulong Fingerprint,
    RunCounts Counts,
    SituationCounts Situations,
    int Served,
    int Open)
{
    public bool IsFailure => Failure is not null;
}
