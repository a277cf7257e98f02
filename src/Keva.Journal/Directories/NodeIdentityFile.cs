using System.Globalization;
using System.Text;
using System.Text.Json;
using Keva.Journal.Storage;
using Keva.Raft;

namespace Keva.Journal.Directories;

/// <summary>The byte form of a <see cref="NodeIdentity"/>: JSON that an operator can read, with a checksum against editing.</summary>
internal static class NodeIdentityFile
{
    private const int Format = 2;

    // Whether the node was admitted was not written down; all were that had a cluster.
    private const int FormatWithoutAdmission = 1;

    public static ReadOnlyMemory<byte> Encode(NodeIdentity identity)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("format", Format);
            json.WriteString("node", identity.Node.ToString());
            json.WriteString("name", identity.Name);
            json.WriteString("cluster", Hexadecimal(identity.Cluster));
            json.WriteBase64String("first_configuration", identity.FirstConfiguration.Span);
            json.WriteBoolean("admitted", identity.IsAdmitted);
            json.WriteString("crc", Checksum(identity, Format));
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <exception cref="WorkingDirectoryException">The bytes are no identity, are damaged, or have a newer format.</exception>
    public static NodeIdentity Decode(ReadOnlyMemory<byte> bytes, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var json = document.RootElement;
            var format = json.GetProperty("format").GetInt32();
            if (format > Format)
            {
                throw new WorkingDirectoryException(
                    $"{path} has format {format}, and this program knows formats up to {Format}. Use the version of Keva that wrote it, or a newer one.");
            }

            var identity = new NodeIdentity(
                NodeId.TryParse(json.GetProperty("node").GetString(), out var node) ? node : NodeId.None,
                json.GetProperty("name").GetString() ?? "",
                ulong.Parse(json.GetProperty("cluster").GetString()!, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
                json.GetProperty("first_configuration").GetBytesFromBase64(),
                format == FormatWithoutAdmission || json.GetProperty("admitted").GetBoolean());
            if (format is Format or FormatWithoutAdmission && !identity.Node.IsNone && string.Equals(json.GetProperty("crc").GetString(), Checksum(identity, format), StringComparison.Ordinal))
            {
                return identity;
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or OverflowException or ArgumentNullException)
        {
            throw Damaged(path, e);
        }

        throw Damaged(path, cause: null);
    }

    private static WorkingDirectoryException Damaged(string path, Exception? cause) => new(
        $"{path} is damaged or was edited, so it is not known whose directory this is. Restore the file, or move the directory away "
        + "and start the node again: it comes back as a new member and is filled from the others.",
        cause);

    private static string Checksum(NodeIdentity identity, int format)
    {
        var crc = new Crc32C();
        crc.Add(format);
        crc.Add(unchecked((long)identity.Node.Value));
        crc.Add(Encoding.UTF8.GetBytes(identity.Name));
        crc.Add(unchecked((long)identity.Cluster));
        crc.Add(identity.FirstConfiguration.Span);
        if (format > FormatWithoutAdmission)
        {
            crc.Add(identity.IsAdmitted ? 1 : 0);
        }

        return crc.Value.ToString("x8", CultureInfo.InvariantCulture);
    }

    private static string Hexadecimal(ulong value) => value.ToString("x16", CultureInfo.InvariantCulture);
}
