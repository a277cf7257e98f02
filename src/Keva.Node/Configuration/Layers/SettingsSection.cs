using System.Globalization;
using Keva.Node.Configuration.Hocon;

namespace Keva.Node.Configuration;

/// <summary>
/// One group of settings, strictly typed. A value that does not fit is reported and answered with the lowest that
/// would, so that one run shows all problems.
/// </summary>
internal sealed class SettingsSection(SettingsBinder binder, string name)
{
    private const int LongestKeyBytes = 32;

    /// <param name="key">The setting in this group.</param>
    /// <param name="min">The least that is taken, as a user would write it.</param>
    /// <param name="max">The most that is taken.</param>
    public TimeSpan Duration(string key, string min, string max)
    {
        var least = Constant(min);
        var value = Take(key);
        if (value.NotSimple is not null || !DurationFormat.TryParse(value.Text, out var duration, out var hasUnit))
        {
            return Refuse(value, $"must be a time such as {min} (units: us, ms, s, m, h)", least);
        }

        // In keva.toml wait_time counts seconds and HOCON's numbers are milliseconds: nobody should have to guess.
        if (!hasUnit && value.Origin.Kind == OriginKind.Toml)
        {
            return Refuse(value, $"needs a unit, as in '{value.Text}s' or '{value.Text}ms'", least);
        }

        return duration < least || duration > Constant(max) ? RefuseRange(value, min, max, least) : duration;

        static TimeSpan Constant(string text) => DurationFormat.TryParse(text, out var parsed, out _)
            ? parsed
            : throw new FormatException(text);
    }

    public long ByteSize(string key, string min, string max)
    {
        var least = Constant(min);
        var value = Take(key);
        if (value.NotSimple is not null || !ByteSizeFormat.TryParse(value.Text, out var bytes, out _))
        {
            return Refuse(value, "must be a size such as 64KiB (units: B, KiB, MiB, GiB, kB, MB, GB)", least);
        }

        return bytes < least || bytes > Constant(max) ? RefuseRange(value, min, max, least) : bytes;

        static long Constant(string text) => ByteSizeFormat.TryParse(text, out var parsed, out _)
            ? parsed
            : throw new FormatException(text);
    }

    public long Count(string key, long min, long max)
    {
        var value = Take(key);
        if (value.NotSimple is not null
            || !NumberText.TryParse<long>(value.Text, NumberStyles.AllowLeadingSign, out var count))
        {
            return Refuse(value, "must be a whole number", min);
        }

        return count < min || count > max
            ? RefuseRange(value, min.ToString(CultureInfo.InvariantCulture), max.ToString(CultureInfo.InvariantCulture), min)
            : count;
    }

    public double Fraction(string key, double min, double max)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        var value = Take(key);
        if (value.NotSimple is not null || !NumberText.TryParse<double>(value.Text, Style, out var fraction))
        {
            return Refuse(value, "must be a number such as 0.1", min);
        }

        return !(fraction >= min && fraction <= max)
            ? RefuseRange(value, min.ToString(CultureInfo.InvariantCulture), max.ToString(CultureInfo.InvariantCulture), min)
            : fraction;
    }

    /// <summary>HOCON's six words ("Automatic type conversions").</summary>
    public bool Switch(string key)
    {
        var value = Take(key);
        return (value.NotSimple is null ? value.Text : "") switch
        {
            "true" or "yes" or "on" => true,
            "false" or "no" or "off" => false,
            _ => Refuse(value, "must be on or off", false),
        };
    }

    /// <summary>One of a few words.</summary>
    public T Choice<T>(string key, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        var value = Take(key);
        var words = new List<string>();
        foreach (var (word, meant) in choices)
        {
            if (value.NotSimple is null && value.Text == word)
            {
                return meant;
            }

            words.Add(word);
        }

        return Refuse(value, $"must be {string.Join(" or ", words)}", choices[0].Value);
    }

    /// <summary>An address of HTTP, or nothing.</summary>
    public Uri? HttpAddress(string key)
    {
        var value = Take(key);
        if (value is { NotSimple: null, Text: "" })
        {
            return null;
        }

        return value.NotSimple is null
            && Uri.TryCreate(value.Text, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            && address is { Host.Length: > 0, UserInfo: "", Query: "", Fragment: "" }
            ? address
            : Refuse<Uri?>(value, "must be an address such as http://127.0.0.1:4318, without user, query or fragment, or empty", null);
    }

    /// <summary>A name that <see cref="NodeName"/> takes.</summary>
    public string Name(string key)
    {
        var value = Take(key);
        return value.NotSimple is null && NodeName.ProblemWith(value.Text) is null
            ? value.Text
            : Refuse(value, $"must be {NodeName.Rule}", "");
    }

    /// <summary>A key for AES in base 64, or nothing. It is a secret: no message and no list shows it.</summary>
    public ReadOnlyMemory<byte> EncryptionKey(string key)
    {
        var value = binder.TakeSecret($"{name}.{key}");
        var bytes = new byte[LongestKeyBytes];
        if (value.NotSimple is null && Convert.TryFromBase64String(value.Text, bytes, out var length) && length is 0 or 16 or 24 or 32)
        {
            return bytes.AsMemory(0, length);
        }

        binder.Report(value, $"{value.WrittenAs} must be 16, 24 or 32 bytes in base 64, or empty");
        return ReadOnlyMemory<byte>.Empty;
    }

    private SettingValue Take(string key) => binder.Take($"{name}.{key}");

    private T RefuseRange<T>(SettingValue value, string min, string max, T instead) =>
        Refuse(value, $"must be from {min} to {max}", instead);

    private T Refuse<T>(SettingValue value, string rule, T instead)
    {
        binder.Report(value, $"{value.WrittenAs} {rule}; it is {value.NotSimple ?? $"'{value.Text}'"}");
        return instead;
    }
}
