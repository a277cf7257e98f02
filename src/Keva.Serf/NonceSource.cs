namespace Keva.Serf;

/// <summary>
/// Fills the nonce of an encrypted message. A nonce must never be used twice under one key, by any node that has the key, so
/// outside of tests this is a cryptographic random number generator and not the seeded dice of the protocol.
/// </summary>
public delegate void NonceSource(Span<byte> nonce);
