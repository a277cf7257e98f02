namespace Keva.Cli;

/// <summary>Where a command gets a value from that is given as <c>-</c>.</summary>
internal sealed class CommandInput
{
    private readonly bool isStandard;

    private CommandInput(bool isStandard)
    {
        this.isStandard = isStandard;
    }

    public static CommandInput Standard { get; } = new(isStandard: true);

    /// <summary>The standard input is taken: commands are read from it.</summary>
    public static CommandInput None { get; } = new(isStandard: false);

    /// <exception cref="KevaRequestException">There is nothing to read from.</exception>
    public async Task<byte[]> ReadAllAsync(CancellationToken cancellation)
    {
        if (!isStandard)
        {
            throw new KevaRequestException("'-' reads the standard input, which the shell itself reads; give the value, or use 'keva kv set' outside of it", ExitCode.Usage);
        }

        await using var input = Console.OpenStandardInput();
        using var bytes = new MemoryStream();
        await input.CopyToAsync(bytes, cancellation);
        return bytes.ToArray();
    }
}
