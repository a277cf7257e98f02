namespace Keva.Tests.Settings.Hocon;

/// <summary>A row of the specification tables.</summary>
/// <param name="Section">The section of the HOCON specification that decides it.</param>
/// <param name="Claim">What the row shows.</param>
/// <param name="Document">The document.</param>
/// <param name="Expected">What it comes to as JSON; for an invalid one, <c>line:column:</c> and how the message begins.</param>
internal sealed record HoconCase(string Section, string Claim, string Document, string Expected)
{
    public string Title => $"{Section}: {Claim}";
}
