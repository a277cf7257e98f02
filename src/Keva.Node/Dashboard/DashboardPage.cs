using System.Net;
using System.Text;
using Keva.Node.Gateway.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Keva.Node.Dashboard;

/// <summary>
/// The page, and the files that it consists of. It may load nothing but these, run no script but these, and talk to nobody
/// but the members: a value that somebody stored can do no harm in it, whatever mistake its scripts have.
/// </summary>
internal sealed class DashboardPage
{
    private const string PageName = "index.html";

    /// <summary>Where the page is told which origins its policy lets it talk to.</summary>
    private const string MembersMark = "{{members}}";

    private static readonly StringValues Html = "text/html; charset=utf-8";

    private readonly MemberOrigins members;
    private readonly string text;

    public DashboardPage(MemberOrigins members)
    {
        this.members = members;
        var files = DashboardFile.LoadAll();
        text = Encoding.UTF8.GetString(files.Single(file => file.Name == PageName).Content.Span);
        Files = [.. files.Where(file => file.Name != PageName).Select(file => new HttpRoute("/dashboard/" + file.Name, ("GET", file.HandleAsync)))];
    }

    /// <summary>All but the page itself, which is at <c>/</c>.</summary>
    public IReadOnlyList<HttpRoute> Files { get; }

    /// <summary>Whether a browser asks for something to show; a program asks for anything, or for JSON.</summary>
    public static bool IsWanted(IHeaderDictionary headers)
    {
        foreach (var accept in headers.Accept)
        {
            if (accept is not null && accept.Contains("text/html", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    public ValueTask HandleAsync(HttpExchange exchange)
    {
        var origins = string.Join(' ', members.Nameable);
        var page = Encoding.UTF8.GetBytes(text.Replace(MembersMark, WebUtility.HtmlEncode(origins), StringComparison.Ordinal));
        var headers = exchange.ResponseHeaders;
        headers.ContentSecurityPolicy = PolicyFor(origins);
        headers["Cross-Origin-Opener-Policy"] = "same-origin";

        // The members are part of the page, so that a kept one never goes with the policy of another moment.
        return DashboardFile.SendAsync(exchange, Html, DashboardFile.TagOf(page), page);
    }

    /// <summary>Origins are <c>http://host:port</c> of checked hosts: nothing in them can end the directive.</summary>
    private static string PolicyFor(string origins) =>
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        + $"connect-src {$"'self' {origins}".TrimEnd()}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}
