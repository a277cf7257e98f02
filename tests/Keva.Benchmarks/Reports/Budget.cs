using Keva.Benchmarks.Figures;

namespace Keva.Benchmarks.Reports;

/// <summary>Whether a budget was kept.</summary>
internal enum Verdict
{
    Pass,
    Fail,
    NotMeasured,
}

/// <summary>A bound on something that is measured.</summary>
/// <param name="What">What is bounded, in words.</param>
/// <param name="Bound">The bound, in words.</param>
/// <param name="Measure">Takes it from the figures; null if it was not measured.</param>
/// <param name="IsKept">Whether a value is within the bound.</param>
internal sealed record Budget(string What, string Bound, Func<FigureSet, double?> Measure, Predicate<double> IsKept)
{
    public BudgetResult Judge(FigureSet figures)
    {
        var measured = Measure(figures);
        return new BudgetResult(this, measured, measured is not { } value ? Verdict.NotMeasured : IsKept(value) ? Verdict.Pass : Verdict.Fail);
    }
}

/// <summary>A budget and what became of it.</summary>
internal sealed record BudgetResult(Budget Budget, double? Measured, Verdict Verdict);
