using Keva.Serf;
using Keva.Serf.Queries;
using Keva.Serf.Wire;

namespace Keva.Tests.Serf.Queries;

/// <summary>Whom a query is for, and what a hostile filter may cost.</summary>
public sealed class QueryFilterTests
{
    private static readonly Dictionary<string, string> Tags = new(StringComparer.Ordinal) { ["role"] = "web-1", ["dc"] = "east" };

    [Theory]
    [InlineData("role", "web", true)]
    [InlineData("role", "^web-[0-9]$", true)]
    [InlineData("role", "^1", false)]
    [InlineData("absent", "^$", true)]
    [InlineData("absent", ".", false)]
    [InlineData("role", "(unclosed", false)]
    [InlineData("role", "(web)\\1", false)] // what needs backtracking, RE2 refuses too
    public void An_expression_matches_anywhere_in_the_tag(string tag, string expression, bool matches)
    {
        var filters = QueryFilter.Encode(new QueryParameters { Tags = new Dictionary<string, string> { [tag] = expression } });

        Assert.Equal(matches, QueryFilter.AllMatch(filters, "me", Tags));
    }

    [Fact]
    public void All_filters_must_match()
    {
        var parameters = new QueryParameters { Nodes = ["you", "me"], Tags = new Dictionary<string, string> { ["role"] = "web", ["dc"] = "west" } };

        Assert.False(QueryFilter.AllMatch(QueryFilter.Encode(parameters), "me", Tags));
        Assert.True(QueryFilter.AllMatch(QueryFilter.Encode(parameters with { Tags = new Dictionary<string, string> { ["dc"] = "east" } }), "me", Tags));
        Assert.True(QueryFilter.AllMatch(QueryFilter.Encode(QueryParameters.Default), "me", Tags));
    }

    [Fact]
    public void A_filter_that_is_not_understood_matches_nobody()
    {
        Assert.False(QueryFilter.AllMatch([[]], "me", Tags));
        Assert.False(QueryFilter.AllMatch([[7, 0x80]], "me", Tags));
        Assert.False(QueryFilter.AllMatch([[0, 0xff]], "me", Tags));
    }

    [Theory]
    [InlineData("((((a{1000}){1000}){1000}){1000})")]
    [InlineData("(a{,999999999}){2}")]
    public void An_expression_that_would_fill_the_memory_is_refused_before_it_is_compiled(string expression)
    {
        byte[] filter = new MessagePackWriter().Byte(1).Map(2).Key("Expr").Text(expression).Key("Tag").Text("role").ToArray();

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(QueryFilter.AllMatch([filter], "me", Tags));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
    }
}
