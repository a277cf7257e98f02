using System.CommandLine;
using System.Security.Cryptography;

namespace Keva.Cli.Commands.Gossip;

/// <summary><c>keva keygen</c>: a new key for the encryption of gossip.</summary>
internal static class KeygenCommand
{
    private const int KeyBytes = 32;

    private const string Description = """
        Makes a new key for the encryption of gossip. It is 32 random bytes in base 64, for gossip.encrypt-key or 'keva keys'.

        Example:
          keva keygen
        """;

    public static Command Create()
    {
        var command = new Command("keygen", Description);
        var format = new OutputFormatOption();
        format.AddTo(command);
        command.SetAction(parsed =>
        {
            var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes));
            format.Read(parsed).Show(new { key }, key);
            return ExitCode.Ok;
        });
        return command;
    }
}
