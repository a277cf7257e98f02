using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Keva.Serf;

namespace Keva.Node.Gateway.Http.Gossip;

/// <summary>Which members are wanted: regular expressions that must match the whole of a name, a status, a tag's value.</summary>
internal sealed class MemberFilter
{
    private readonly List<(Func<Member, string> TextOf, Regex Expression)> conditions = [];

    private MemberFilter()
    {
    }

    public static bool TryCreate(
        UrlParameters parameters,
        [NotNullWhen(true)] out MemberFilter? filter,
        [NotNullWhen(false)] out KevaFailure? failure)
    {
        var wanted = new MemberFilter();
        failure = parameters.All("name").Select(name => Add(wanted, "name", name, member => member.Name))
            .Concat(parameters.All("status").Select(status => Add(wanted, "status", status, member => GossipJson.NameOf(member.Status))))
            .Concat(parameters.All("tag").Select(tag => AddTag(wanted, tag)))
            .FirstOrDefault(problem => problem is not null);
        filter = failure is null ? wanted : null;
        return failure is null;
    }

    public bool Admits(Member member) => conditions.TrueForAll(condition => condition.Expression.IsMatch(condition.TextOf(member)));

    private static KevaFailure? AddTag(MemberFilter filter, string condition)
    {
        var equals = condition.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            return new KevaFailure(KevaError.BadRequest, "A condition on a tag is a name, '=' and a regular expression, as in tag=role=web.");
        }

        var name = condition[..equals];
        return Add(filter, "tag", condition[(equals + 1)..], member => member.Tags.GetValueOrDefault(name, ""));
    }

    private static KevaFailure? Add(MemberFilter filter, string parameter, string expression, Func<Member, string> textOf)
    {
        if (!BoundedExpression.TryCompile(expression, matchesWhole: true, out var compiled))
        {
            return new KevaFailure(
                KevaError.BadRequest,
                $"The regular expression of '{parameter}' is malformed, looks back or ahead, is longer than {BoundedExpression.MostLength} characters, or repeats more than {BoundedExpression.MostRepetitions} times.");
        }

        filter.conditions.Add((textOf, compiled));
        return null;
    }
}
