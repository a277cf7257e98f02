using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Keva.Raft;

/// <summary>
/// Checks that are on in every build. One that fails means that this program is wrong: the exception must stop the
/// node, never be handled, because going on could lose acknowledged data.
/// </summary>
public static class Invariant
{
    public static void Check(
        [DoesNotReturnIf(false)] bool condition,
        string rule,
        [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        if (!condition)
        {
            Fail(rule, expression);
        }
    }

    [DoesNotReturn]
    public static void Fail(string rule, string detail = "") =>
        throw new InvariantViolationException(detail.Length == 0 ? rule : $"{rule} (violated: {detail})");
}

/// <summary>A rule that must always hold did not. The node must stop.</summary>
public sealed class InvariantViolationException(string message) : Exception(message);
