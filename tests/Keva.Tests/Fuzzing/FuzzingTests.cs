using System.Globalization;
using Keva.Tests.Fuzzing.Engine;
using Xunit.Abstractions;

namespace Keva.Tests.Fuzzing;

/// <summary>
/// Bytes that nobody meant. Each reader takes them or refuses them, with its documented exceptions and no others, soon, for
/// memory in proportion to the input; and what it takes is the same after writing and reading it again. A finding names the
/// input. <c>KEVA_FUZZ_SECONDS</c>: see <see cref="FuzzBudget"/>.
/// </summary>
public sealed class FuzzingTests(ITestOutputHelper output)
{
    private static readonly FuzzBudget Budget = FuzzBudget.FromEnvironment();

    public static TheoryData<string> Names => [.. FuzzTargets.All.Select(target => target.Name).Where(Budget.Includes)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Any_input_is_read_or_refused_soon_and_for_little(string name)
    {
        var target = FuzzTargets.All.Single(target => target.Name == name);

        var report = new FuzzCampaign(target, Budget.Seed, Budget.Keep()).Run(Budget.Allowance(target.Tries, FuzzTargets.All.Count));

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"KEVA_FUZZ_SEED={Budget.Seed}: {report}"));
        Assert.InRange(report.Accepted, 1, report.Tries - (target.RefusesNothing ? 0 : 1)); // both sides were met
    }
}
