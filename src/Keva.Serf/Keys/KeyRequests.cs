using Keva.Serf.Wire;

namespace Keva.Serf.Keys;

/// <summary>Does what the cluster is asked to do with its keys, on this node.</summary>
internal sealed class KeyRequests(SerfContext context)
{
    /// <summary>So that the answer stays below the limit for answers, its frame included.</summary>
    private const int MostListed = 16;

    public byte[] Answer(ReceivedQuery query)
    {
        try
        {
            return SerfEncoder.Encode(Handle(query.Name, query.Payload));
        }
        catch (Exception exception) when (exception is MalformedMessageException or ArgumentException)
        {
            return SerfEncoder.Encode(Failure(exception.Message));
        }
    }

    private KeyResponseMessage Handle(string name, byte[] payload)
    {
        var ring = context.Keys.Current;
        if (ring.IsEmpty)
        {
            return Failure("No keyring to modify (encryption not enabled)");
        }

        if (string.Equals(name, KeyQueries.List, StringComparison.Ordinal))
        {
            var keys = ring.Keys.Take(MostListed).Select(Convert.ToBase64String).ToList();
            var message = ring.Keys.Count > MostListed ? $"Truncated key list response, showing {MostListed} of {ring.Keys.Count} keys" : "";
            return new KeyResponseMessage(Result: true, message, keys, Convert.ToBase64String(ring.Primary));
        }

        var key = SerfDecoder.Decode(payload) is KeyRequestMessage request ? request.Key ?? [] : [];
        Change(name switch
        {
            KeyQueries.Install => ring.Add(key),
            KeyQueries.Use => ring.WithPrimary(key),
            _ => ring.Remove(key),
        });
        return new KeyResponseMessage(Result: true, "", Keys: null, "");
    }

    private void Change(Keyring ring)
    {
        if (ring != context.Keys.Current)
        {
            context.Keys.Current = ring;
            context.Outbox.Add(new KeyringChanged(ring));
        }
    }

    private static KeyResponseMessage Failure(string message) => new(Result: false, message, Keys: null, "");
}
