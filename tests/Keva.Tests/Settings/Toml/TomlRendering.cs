using System.Text;
using Keva.Node.Configuration.Toml;

namespace Keva.Tests.Settings.Toml;

/// <summary>
/// Writes a parsed document so that tests can compare it: like JSON, floats with a leading ~, dates and times with a
/// leading @.
/// </summary>
internal static class TomlRendering
{
    public static string Render(TomlValue value)
    {
        var text = new StringBuilder();
        Render(value, text);
        return text.ToString();
    }

    private static void Render(TomlValue value, StringBuilder text)
    {
        switch (value)
        {
            case TomlTable table:
                text.Append('{');
                foreach (var member in table.Members)
                {
                    Separate(text);
                    Quote(member.Key, text);
                    text.Append(':');
                    Render(member.Value, text);
                }

                text.Append('}');
                break;
            case TomlArray array:
                text.Append('[');
                foreach (var item in array.Items)
                {
                    Separate(text);
                    Render(item, text);
                }

                text.Append(']');
                break;
            case TomlString:
                Quote(value.ToString()!, text);
                break;
            default:
                text.Append(value is TomlFloat ? "~" : value is TomlInteger or TomlBoolean ? "" : "@").Append(value);
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
                _ when char.IsControl(c) => $"\\u{(int)c:X4}",
                _ => c.ToString(),
            });
        }

        text.Append('"');
    }
}
