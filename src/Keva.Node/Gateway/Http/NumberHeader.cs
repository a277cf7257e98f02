using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Keva.Node.Gateway.Http;

/// <summary>
/// A number as a header value. Keeps the last text: requests on one connection often meet the same revision again.
/// </summary>
internal struct NumberHeader(bool quoted)
{
    private long _number;
    private StringValues _text;

    public StringValues TextOf(long number)
    {
        if (_number != number || _text.Count == 0)
        {
            _number = number;
            _text = quoted
                ? string.Create(CultureInfo.InvariantCulture, $"\"{number}\"")
                : number.ToString(CultureInfo.InvariantCulture);
        }

        return _text;
    }
}
