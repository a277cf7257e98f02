namespace Keva.Serf.Wire;

/// <summary>Bytes from the network that do not say what the protocol allows. The only exception that readers throw.</summary>
public sealed class MalformedMessageException(string message) : Exception(message);
