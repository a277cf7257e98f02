namespace Keva.Node.Gateway.Http;

/// <summary>What both interfaces ask of a key and of a value.</summary>
internal static class KeyRules
{
    public static KevaFailure? CheckLength(int keyBytes, int maxKeyBytes)
    {
        if (keyBytes == 0)
        {
            return new KevaFailure(KevaError.BadRequest, "The key is empty.");
        }

        return keyBytes > maxKeyBytes
            ? new KevaFailure(KevaError.KeyTooLarge, $"The key has {keyBytes} bytes, and at most {maxKeyBytes} are allowed.", maxKeyBytes)
            : null;
    }

    public static KevaFailure ValueTooLarge(int maxValueBytes) =>
        new(KevaError.ValueTooLarge, $"The value is longer than the {maxValueBytes} bytes that are allowed.", maxValueBytes);
}
