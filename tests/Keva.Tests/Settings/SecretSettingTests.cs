using Keva.Node.Configuration;

namespace Keva.Tests.Settings;

public sealed class SecretSettingTests
{
    private const string Key = "AAECAwQFBgcICQoLDA0ODw==";

    [Fact]
    public void A_secret_counts_and_is_not_shown()
    {
        var result = SettingsLoader.Load(new StartOptions { Set = [$"gossip.encrypt-key={Key}"] });

        Assert.Equal(Convert.FromBase64String(Key), result.Settings!.Gossip.EncryptKey.ToArray());
        var shown = Assert.Single(result.Effective.Values, value => value.Path == "gossip.encrypt-key");
        Assert.Equal("(secret)", shown.Value);
        Assert.DoesNotContain(Key, result.Settings.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("c2VjcmV0")]
    [InlineData("secret!")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIj")]
    public void A_bad_secret_is_refused_without_being_quoted(string key)
    {
        var problem = Assert.Single(SettingsLoader.Load(new StartOptions { Set = [$"gossip.encrypt-key={key}"] }).Problems);

        Assert.Equal("gossip.encrypt-key must be 16, 24 or 32 bytes in base 64, or empty", problem.Message);
        Assert.DoesNotContain(key, problem.ToString(), StringComparison.Ordinal);
    }
}
