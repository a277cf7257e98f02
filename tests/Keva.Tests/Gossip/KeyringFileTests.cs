using System.Text.Json;
using Keva.Node.Gossip;
using Keva.Serf;

namespace Keva.Tests.Gossip;

public sealed class KeyringFileTests : IDisposable
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] Other = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("keva-keyring-");

    private string FilePath => Path.Combine(directory.FullName, "keyring.json");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public void Without_a_file_the_key_of_the_settings_counts_and_without_one_nothing_is_encrypted()
    {
        Assert.True(KeyringFile.Open(directory.FullName, ReadOnlyMemory<byte>.Empty).Initial.IsEmpty);
        Assert.Equal(Key, KeyringFile.Open(directory.FullName, Key).Initial.Primary);
        Assert.False(File.Exists(FilePath));
    }

    [Fact]
    public async Task What_was_saved_last_counts_for_more_than_the_settings_and_is_readable_by_its_user_only()
    {
        var file = KeyringFile.Open(directory.FullName, Key);
        var saves = Enumerable.Range(0, 20).Select(_ => SaveAsync(file, Keyring.Of(Key))).ToList();
        saves.Add(SaveAsync(file, Keyring.Of(Other, Key)));
        Assert.All(await Task.WhenAll(saves), Assert.Null);

        Assert.Equal([Other, Key], KeyringFile.Open(directory.FullName, Key).Initial.Keys);
        Assert.Equal([Convert.ToBase64String(Other), Convert.ToBase64String(Key)], JsonSerializer.Deserialize<string[]>(File.ReadAllText(FilePath))!);
        Assert.Equal(["keyring.json"], directory.GetFiles().Select(found => found.Name));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[\"c2VjcmV0\"]")]
    [InlineData("[\"secret!\"]")]
    [InlineData("[null]")]
    [InlineData("[1]")]
    public void A_file_that_is_no_keyring_is_refused_without_being_quoted(string text)
    {
        File.WriteAllText(FilePath, text);

        var exception = Assert.Throws<IOException>(() => KeyringFile.Open(directory.FullName, Key));

        Assert.Contains($"{FilePath} is no keyring", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("c2VjcmV0", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_keyring_that_cannot_be_written_is_reported()
    {
        var file = KeyringFile.Open(Path.Combine(directory.FullName, "missing"), Key);
        Assert.NotNull(await SaveAsync(file, Keyring.Of(Other)));
    }

    private static async Task<string?> SaveAsync(KeyringFile file, Keyring keyring)
    {
        var saved = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        file.Save(keyring, saved.SetResult);
        return await saved.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }
}
