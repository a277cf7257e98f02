using System.Security.Cryptography;
using System.Text.Json;
using Keva.Serf;

namespace Keva.Node.Gossip;

/// <summary>
/// The keys of gossip in <c>keyring.json</c>, in the format of Serf agents: an array of keys in base 64, the primary
/// first. Operators change keys on all nodes at run time; the file is what a node knows of that after a restart, so it
/// counts for more than the key in the settings.
/// </summary>
public sealed class KeyringFile : IGossipKeys
{
    private const string FileName = "keyring.json";
    private const int MostKeys = 64;
    private const long MostBytes = 64 * 1024;

    private readonly string path;
    private readonly Lock gate = new();
    private long lastSave;

    private KeyringFile(string path, Keyring initial)
    {
        this.path = path;
        Initial = initial;
    }

    public Keyring Initial { get; }

    public NonceSource Nonces => RandomNumberGenerator.Fill;

    /// <param name="directory">The working directory.</param>
    /// <param name="key">The key of the settings; empty for none.</param>
    /// <exception cref="IOException">There is a file, and it cannot be read or is no keyring; the message says what to do.</exception>
    public static KeyringFile Open(string directory, ReadOnlyMemory<byte> key)
    {
        var file = Path.Combine(directory, FileName);
        var ring = File.Exists(file) ? Read(file) : key.IsEmpty ? Keyring.Empty : Keyring.Of(key.ToArray());
        return new KeyringFile(file, ring);
    }

    public void Save(Keyring keyring, Action<string?> saved)
    {
        var save = Interlocked.Increment(ref lastSave);
        ThreadPool.QueueUserWorkItem(_ => saved(Write(keyring, save)));
    }

    private static Keyring Read(string file)
    {
        // No message may quote what is in the file.
        try
        {
            if (new FileInfo(file).Length <= MostBytes
                && JsonSerializer.Deserialize<string[]>(File.ReadAllBytes(file)) is { Length: > 0 and <= MostKeys } keys)
            {
                return Keyring.Of(keys.Select(Convert.FromBase64String));
            }
        }
        catch (Exception exception) when (exception is JsonException or FormatException or ArgumentException)
        {
            // It is said below.
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"{file} cannot be read: {exception.Message}", exception);
        }

        throw new IOException(
            $"{file} is no keyring: it must be a JSON array of keys of 16, 24 or 32 bytes in base 64, the primary first; copy it from another "
            + "node, or delete it to begin with gossip.encrypt-key");
    }

    private string? Write(Keyring keyring, long save)
    {
        lock (gate)
        {
            if (save != Interlocked.Read(ref lastSave))
            {
                // A later one is on its way, and it says how that went.
                return null;
            }

            try
            {
                var temporary = path + ".new";
                File.Delete(temporary);
                using (var file = new FileStream(temporary, Options))
                {
                    JsonSerializer.Serialize(file, keyring.Keys.Select(Convert.ToBase64String));
                    file.Flush(flushToDisk: true);
                }

                File.Move(temporary, path, overwrite: true);
                return null;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return exception.Message;
            }
        }
    }

    /// <summary>Nobody but the node's user reads it, from the moment that it is there.</summary>
    private static FileStreamOptions Options
    {
        get
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            return options;
        }
    }
}
