namespace Keva.Serf.Wire;

/// <summary>The first byte of a memberlist message.</summary>
internal enum MessageType : byte
{
    Ping = 0,
    IndirectPing = 1,
    AckResponse = 2,
    Suspect = 3,
    Alive = 4,
    Dead = 5,
    PushPull = 6,
    Compound = 7,
    User = 8,
    Compress = 9,
    Encrypt = 10,
    NackResponse = 11,
    HasCrc = 12,
    Error = 13,
    HasLabel = 244,
}

/// <summary>The first byte of a serf message, which is the content of a memberlist user message.</summary>
internal enum SerfMessageType : byte
{
    Leave = 0,
    Join = 1,
    PushPull = 2,
    UserEvent = 3,
    Query = 4,
    QueryResponse = 5,
    ConflictResponse = 6,
    KeyRequest = 7,
    KeyResponse = 8,
    Relay = 9,
}
