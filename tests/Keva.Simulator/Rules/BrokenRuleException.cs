namespace Keva.Simulator.Rules;

/// <summary>Something happened that must never happen.</summary>
/// <param name="rule">Which rule, by its short name: what reports count by.</param>
/// <param name="detail">What broke it.</param>
internal sealed class BrokenRuleException(string rule, string detail) : Exception($"{rule}: {detail}")
{
    public string Rule { get; } = rule;
}
