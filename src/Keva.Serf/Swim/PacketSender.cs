using System.Net;
using Keva.Serf.Wire;

namespace Keva.Serf.Swim;

/// <summary>Sends messages in datagrams, and gossip along with them where there is room.</summary>
internal sealed class PacketSender(SerfOptions options, KeyringHolder keys, NonceSource nonces, Outbox outbox, BroadcastQueue broadcasts, IMemberlistListener listener)
{
    /// <summary>A serf message needs memberlist's type in front.</summary>
    private const int UserTypeLength = 1;

    public bool HasBroadcasts => broadcasts.Count > 0 || listener.HasBroadcasts;

    /// <summary>With gossip in the rest of the datagram.</summary>
    public void Send(IPEndPoint to, MemberlistMessage message)
    {
        var encoded = MemberlistEncoder.Encode(message);
        var parts = TakeBroadcasts(encoded.Length + CompoundMessage.PartOverhead);
        SendParts(to, [encoded, .. parts], checksum: false);
    }

    /// <summary>These messages and nothing else.</summary>
    public void SendOnly(IPEndPoint to, bool checksum, params IEnumerable<MemberlistMessage> messages) =>
        SendParts(to, [.. messages.Select(MemberlistEncoder.Encode)], checksum);

    /// <summary>As much gossip as fits; false if there is none.</summary>
    public bool TrySendGossip(NodeRecord to)
    {
        var parts = TakeBroadcasts(reserved: 0);
        if (parts.Count == 0)
        {
            return false;
        }

        SendParts(to.EndPoint, parts, to.Version.ProtocolMax >= VersionVector.FirstWithChecksum);
        return true;
    }

    private void SendParts(IPEndPoint to, List<byte[]> parts, bool checksum)
    {
        var message = parts.Count == 1 ? parts[0] : CompoundMessage.Encode(parts);
        outbox.Add(new SendDatagram(to, DatagramCodec.Seal(message, options.Compress, checksum, keys.Current, nonces)));
    }

    private List<byte[]> TakeBroadcasts(int reserved)
    {
        var encryption = keys.Current.IsEmpty ? 0 : EncryptedBlock.Overhead;
        var budget = options.DatagramBytes - CompoundMessage.HeaderLength - encryption - reserved;
        // One part may be the message that the gossip goes along with.
        var most = CompoundMessage.MostParts - 1;
        var parts = broadcasts.Take(CompoundMessage.PartOverhead, budget, most);
        budget -= parts.Sum(part => part.Length + CompoundMessage.PartOverhead);
        var messages = listener.TakeBroadcasts(CompoundMessage.PartOverhead + UserTypeLength, budget, most - parts.Count);
        parts.AddRange(messages.Select(content => MemberlistEncoder.Encode(new UserMessage(content))));
        return parts;
    }
}

/// <summary>The keyring in use, which changes while the node runs.</summary>
internal sealed class KeyringHolder(Keyring keyring)
{
    public Keyring Current { get; set; } = keyring;
}
