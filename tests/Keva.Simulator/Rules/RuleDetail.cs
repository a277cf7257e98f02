using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Keva.Simulator.Rules;

/// <summary>The text about a broken rule. It is put together only if the rule is broken: rules are checked after every step.</summary>
[InterpolatedStringHandler]
internal readonly ref struct RuleDetail
{
    private readonly StringBuilder? text;

    public RuleDetail(int literalLength, int formattedCount, bool condition, out bool isWanted)
    {
        isWanted = !condition;
        text = condition ? null : new StringBuilder(literalLength + (formattedCount * 16));
    }

    public void AppendLiteral(string literal) => text!.Append(literal);

    public void AppendFormatted<T>(T value) => text!.Append(CultureInfo.InvariantCulture, $"{value}");

    public override string ToString() => text?.ToString() ?? "";
}

/// <summary>How rules are stated.</summary>
internal static class Rule
{
    /// <exception cref="BrokenRuleException">The condition does not hold.</exception>
    public static void Require(bool condition, string rule, [InterpolatedStringHandlerArgument(nameof(condition))] RuleDetail detail)
    {
        if (!condition)
        {
            throw new BrokenRuleException(rule, detail.ToString());
        }
    }
}
