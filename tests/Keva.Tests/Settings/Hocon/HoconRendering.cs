using System.Text;
using Keva.Node.Configuration.Hocon;

namespace Keva.Tests.Settings.Hocon;

/// <summary>Writes a value as JSON, numbers as they were written.</summary>
internal static class HoconRendering
{
    public static string Render(HoconValue value)
    {
        var text = new StringBuilder();
        Render(value, text);
        return text.ToString();
    }

    private static void Render(HoconValue value, StringBuilder text)
    {
        switch (value)
        {
            case HoconObject obj:
                text.Append('{');
                foreach (var (key, field) in obj.Fields)
                {
                    Separate(text);
                    Quote(key, text);
                    text.Append(':');
                    Render(field, text);
                }

                text.Append('}');
                break;
            case HoconArray array:
                text.Append('[');
                foreach (var item in array.Items)
                {
                    Separate(text);
                    Render(item, text);
                }

                text.Append(']');
                break;
            case HoconScalar { Kind: HoconScalarKind.String } scalar:
                Quote(scalar.Text, text);
                break;
            default:
                text.Append(value);
                break;
        }
    }

    private static void Separate(StringBuilder text)
    {
        if (text[^1] is not ('{' or '['))
        {
            text.Append(',');
        }
    }

    private static void Quote(string value, StringBuilder text)
    {
        text.Append('"');
        foreach (var c in value)
        {
            text.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\t' => "\\t",
                _ when char.IsControl(c) => $"\\u{(int)c:X4}",
                _ => c.ToString(),
            });
        }

        text.Append('"');
    }
}
