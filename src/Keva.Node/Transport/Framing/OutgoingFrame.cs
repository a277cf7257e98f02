using Google.Protobuf;

namespace Keva.Node.Transport.Framing;

/// <summary>A message on its way out: its protobuf form, and the bulk that is sent from where it lies.</summary>
/// <param name="Type">What the body is.</param>
/// <param name="Head">The message without its field <c>tail</c>.</param>
/// <param name="Tail">The bytes of the field <c>tail</c>; if there are none, the field is left out.</param>
internal readonly record struct OutgoingFrame(FrameType Type, IMessage Head, ReadOnlyMemory<byte> Tail)
{
    public OutgoingFrame(FrameType type, IMessage head)
        : this(type, head, ReadOnlyMemory<byte>.Empty)
    {
    }

    public long BodyLength(int headLength) => headLength + (long)TailField.PrefixLength(Tail.Length) + Tail.Length;
}
