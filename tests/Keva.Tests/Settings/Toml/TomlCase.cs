namespace Keva.Tests.Settings.Toml;

/// <summary>A row of the specification tables.</summary>
/// <param name="Section">The section of the TOML 1.0 specification that decides it.</param>
/// <param name="Claim">What the row shows.</param>
/// <param name="Document">The document.</param>
/// <param name="Expected">What it comes to; for an invalid one, what the message says, with the line in front.</param>
internal sealed record TomlCase(string Section, string Claim, string Document, string Expected)
{
    public string Title => $"{Section}: {Claim}";
}
