namespace Keva.Linearizability;

/// <summary>
/// What a key holds, as far as later answers depend on it. A number below or equal to <see cref="Present"/> has a fixed
/// meaning; each greater one stands for a value that several sets wrote and somebody saw.
/// </summary>
internal static class RegisterState
{
    /// <summary>Only as a condition: whatever the key holds.</summary>
    public const int Any = -1;

    public const int Absent = 0;

    /// <summary>As a state: a value that no answer still to come tells of. As a condition: some value.</summary>
    public const int Present = 1;

    public const int FirstShared = 2;

    public static bool Allows(int condition, int state) =>
        condition == Any || condition == state || (condition == Present && state != Absent);
}
