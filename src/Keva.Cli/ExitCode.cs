namespace Keva.Cli;

/// <summary>What the program says to the shell.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Failure = 1;
    public const int Usage = 2;
    public const int NoLeader = 3;
    public const int NotFound = 4;
}
