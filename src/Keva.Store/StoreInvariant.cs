using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Keva.Store;

/// <summary>Checks that are on in every build and throw <see cref="StoreInvariantException"/>.</summary>
internal static class StoreInvariant
{
    public static void Check(
        [DoesNotReturnIf(false)] bool condition,
        string rule,
        [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        if (!condition)
        {
            Fail($"{rule} (violated: {expression})");
        }
    }

    [DoesNotReturn]
    public static void Fail(string message) => throw new StoreInvariantException(message);
}
