using Keva.Node.Configuration;

namespace Keva.Tests.Settings;

public sealed class TelemetrySettingsTests
{
    [Theory]
    [InlineData("http://127.0.0.1:4318")]
    [InlineData("https://collector.example/otlp")]
    public void An_endpoint_is_an_address_of_HTTP(string address) =>
        Assert.Equal(new Uri(address), Load($"telemetry.otlp-endpoint={address}").Settings!.Telemetry.OtlpEndpoint);

    [Fact]
    public void Without_an_endpoint_nothing_is_sent() => Assert.Null(Load("telemetry.otlp-endpoint=").Settings!.Telemetry.OtlpEndpoint);

    [Theory]
    [InlineData("collector:4318")]
    [InlineData("127.0.0.1:4318")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("http://")]
    [InlineData("/v1/metrics")]
    [InlineData("http://user:password@127.0.0.1:4318")]
    [InlineData("http://127.0.0.1:4318?x=1")]
    [InlineData("http://127.0.0.1:4318#x")]
    public void Anything_else_is_refused_by_name(string address)
    {
        var problem = Assert.Single(Load($"telemetry.otlp-endpoint={address}").Problems);
        Assert.StartsWith("telemetry.otlp-endpoint must be an address such as http://127.0.0.1:4318", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text", LogFormat.Text)]
    [InlineData("json", LogFormat.Json)]
    public void A_log_is_text_or_JSON(string word, LogFormat format) => Assert.Equal(format, Load($"logging.format={word}").Settings!.Logging.Format);

    [Fact]
    public void Another_format_is_refused_by_name() =>
        Assert.Equal("logging.format must be text or json; it is 'xml'", Assert.Single(Load("logging.format=xml").Problems).Message);

    private static SettingsLoadResult Load(string setting) => SettingsLoader.Load(new StartOptions { Set = [setting] });
}
