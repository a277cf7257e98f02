namespace Keva.Tests.Settings.Hocon;

/// <summary>Documents that HOCON allows, in the order of its specification. The environment has <c>HOME=/root</c> and <c>EMPTY</c>.</summary>
internal static class ValidHoconDocuments
{
    public static readonly HoconCase[] All =
    [
        new("Unchanged from JSON", "JSON is HOCON", """{"a": [1, -2.5e+3, true, false, null, "x\n\u00e9\/"], "b": {"c": {}}}""", """{"a":[1,-2.5e+3,true,false,null,"x\né/"],"b":{"c":{}}}"""),
        new("Unchanged from JSON", "escapes of quoted strings", """a = "\"\\\/\b\f\n\r\t\uD83D\uDE00" """, "{\"a\":\"\\\"\\\\/\\u0008\\u000C\\n\\u000D\\t\ud83d\ude00\"}"),
        new("Unchanged from JSON", "what is no JSON number is a string", "a = 01, b = 1., c = 0x1F, d = 1e, e = NaN", """{"a":"01","b":"1.","c":"0x1F","d":"1e","e":"NaN"}"""),

        new("Comments", "both kinds, on a line and behind a value", "# one\n// two\na = 1 # three\nb = 2 // four", """{"a":1,"b":2}"""),
        new("Comments", "not in quotes", "a = \"# no // no\"", """{"a":"# no // no"}"""),
        new("Comments", "between all tokens", "a # x\n = // y\n [ # z\n 1 // w\n ] # v", """{"a":[1]}"""),
        new("Comments", "one slash is text", "a = /usr/bin", """{"a":"/usr/bin"}"""),

        new("Omit root braces", "with and without", "{ a : 1 }", """{"a":1}"""),
        new("Omit root braces", "an empty file is an empty object", "", "{}"),
        new("Omit root braces", "a file of comments is an empty object", " \n# x\n", "{}"),
        new("Omit root braces", "blank lines around the braces", "\n#x\n{a=1}\n// y\n", """{"a":1}"""),

        new("Key-value separator", "=, : and none before {", "a = 1\nb : 2\nc { d = 3 }\ne={}", """{"a":1,"b":2,"c":{"d":3},"e":{}}"""),
        new("Key-value separator", "newlines around it", "a\n=\n1\nb\n{c=2}", """{"a":1,"b":{"c":2}}"""),

        new("Commas", "newlines stand for them", "a = [1\n2\n\n3]\nb=1\nc=2", """{"a":[1,2,3],"b":1,"c":2}"""),
        new("Commas", "one may follow the last", "a = [1,2,], b = { c = 1, },", """{"a":[1,2],"b":{"c":1}}"""),
        new("Commas", "with newlines around them", "a = [1\n,\n2\n,]\n,b=1", """{"a":[1,2],"b":1}"""),

        new("Whitespace", "all of Unicode's", "\u00a0a\u2007=\u202f1\u2028,\u000bb\u001c=\u001d2\uFEFF", """{"a":1,"b":2}"""),
        new("Whitespace", "CRLF ends a line", "a = 1\r\nb = x y\r\n", """{"a":1,"b":"x y"}"""),
        new("Whitespace", "a line separator is not a newline", "a = x\u2028y", "{\"a\":\"x\u2028y\"}"),
        new("Whitespace", "a byte order mark", "\uFEFFa = 1", """{"a":1}"""),

        new("Duplicate keys", "the last counts", "a = 1, a = x", """{"a":"x"}"""),
        new("Duplicate keys", "objects merge", """{ "foo" : { "a" : 42 }, "foo" : { "b" : 43 } }""", """{"foo":{"a":42,"b":43}}"""),
        new("Duplicate keys", "objects merge deeply, the later wins", "a { b { c = 1, d = 2 } }, a { b { d = 3 } }", """{"a":{"b":{"c":1,"d":3}}}"""),
        new("Duplicate keys", "a value between prevents merging", "foo { a = 42 }, foo = null, foo { b = 43 }", """{"foo":{"b":43}}"""),
        new("Duplicate keys", "an object in place of a value", "a = 1, a { b = 2 }", """{"a":{"b":2}}"""),

        new("Unquoted strings", "their characters", "a = fooBar-9_/.x%~|;<>()'é", """{"a":"fooBar-9_/.x%~|;<>()'é"}"""),
        new("Unquoted strings", "a boolean, number or null at the beginning", "a = truefoo, b = 10.0bar, c = nullx, d = footrue, e = bar10.0", """{"a":"truefoo","b":"10.0bar","c":"nullx","d":"footrue","e":"bar10.0"}"""),
        new("Unquoted strings", "control characters have no restriction", "a = x\u0001y", """{"a":"x\u0001y"}"""),

        new("Multi-line strings", "newlines and quotes are kept, escapes are none", "a = \"\"\"x\n \"y\" \\n\"\"\"", """{"a":"x\n \"y\" \\n"}"""),
        new("Multi-line strings", "extra quotes at the end belong to it", "a = \"\"\"foo\"\"\"\"\nb = \"\"\"\"\"\"\"\"", """{"a":"foo\"","b":"\"\""}"""),
        new("Multi-line strings", "empty", "a = \"\"\"\"\"\"", """{"a":""}"""),
        new("Multi-line strings", "more quotes in front", "a = \"\"\"\"foo\"\"\"", """{"a":"\"foo"}"""),

        new("String value concatenation", "inner white space is kept, outer is not", "a =  foo \t bar   baz  # x", """{"a":"foo \t bar   baz"}"""),
        new("String value concatenation", "quoted and unquoted", "a = x\"y z\" w, b = \"\"\"q\"\"\"r", """{"a":"xy z w","b":"qr"}"""),
        new("String value concatenation", "numbers as written, booleans, null", "a = 1e5 x, b = true false, c = null null, d = 1.50 2.0", """{"a":"1e5 x","b":"true false","c":"null null","d":"1.50 2.0"}"""),
        new("String value concatenation", "a single value keeps its type", "a = true\nb = 1e5\nc = null\nd = \"true\"", """{"a":true,"b":1e5,"c":null,"d":"true"}"""),
        new("String value concatenation", "a number with a unit", "a = 5 s, b = 500ms, c = 64 KiB, d = -1.5h", """{"a":"5 s","b":"500ms","c":"64 KiB","d":"-1.5h"}"""),
        new("String value concatenation", "dates and addresses without colons", "a = 2024-01-02, b = 127.0.0.1", """{"a":"2024-01-02","b":"127.0.0.1"}"""),
        new("String value concatenation", "in an array", "a = [ x y, z ]", """{"a":["x y","z"]}"""),

        new("Array and object concatenation", "arrays", "a = [ 1, 2 ] [ 3, 4 ]", """{"a":[1,2,3,4]}"""),
        new("Array and object concatenation", "objects merge", "a : { b : 1, c : 1 } { c : 2 }", """{"a":{"b":1,"c":2}}"""),
        new("Array and object concatenation", "newlines within, not between", "a = [\n1\n] [\n2\n]\nb = [ [1] [2]\n[3] ]", """{"a":[1,2],"b":[[1,2],[3]]}"""),
        new("Array and object concatenation", "inheritance", "generic = { size = 6 }\neast = ${generic} { name = \"east\" }", """{"generic":{"size":6},"east":{"size":6,"name":"east"}}"""),
        new("Array and object concatenation", "adding to a path", "path = [ /bin ]\npath = ${path} [ /usr/bin ]", """{"path":["/bin","/usr/bin"]}"""),
        new("Array and object concatenation", "substitutions side by side", "a=[1], b=[2], c=${a}${b}, d=${a} ${b}", """{"a":[1],"b":[2],"c":[1,2],"d":[1,2]}"""),
        new("Note: Arrays without commas or newlines", "white space concatenates", "a = [ 1 2 3 4 ]", """{"a":["1 2 3 4"]}"""),
        new("Note: Arrays without commas or newlines", "values with substitutions", "n = Bob, a = [ my name is ${n}, Hello ${n}\"!\" ]", """{"n":"Bob","a":["my name is Bob","Hello Bob!"]}"""),

        new("Path expressions", "dots outside quotes separate", "foo.bar.\"hello.world\" = 1", """{"foo":{"bar":{"hello.world":1}}}"""),
        new("Path expressions", "dots in numbers separate, too", "10.0foo = 1, foo10.0 = 2, foo\"10.0\" = 3, 1.2.3 = 4", """{"10":{"0foo":1},"foo10":{"0":2},"foo10.0":3,"1":{"2":{"3":4}}}"""),
        new("Path expressions", "an empty element in quotes", "a.\"\".b = 1, \"\" = 2", """{"a":{"":{"b":1}},"":2}"""),
        new("Path expressions", "a number with an exponent", "1e+5 = 1", """{"1e+5":1}"""),
        new("Paths as keys", "are objects", "foo.bar.baz = 42, foo.bar.x = 43", """{"foo":{"bar":{"baz":42,"x":43}}}"""),
        new("Paths as keys", "white space is kept", "a b  c : 42", """{"a b  c":42}"""),
        new("Paths as keys", "every key is a string", "true = 1, 3 = 2, 3.14 = 3, null = 4", """{"true":1,"3":{"14":3},"null":4}"""),

        new("Substitutions", "look forward and take the last value", "a = ${b}, b = 1, b = 2", """{"a":2,"b":2}"""),
        new("Substitutions", "keep the type", "a = ${n} , b = ${t}, c = ${l}, d = ${o}, n=1.50, t=true, l=[1], o={x=1}", """{"a":1.50,"b":true,"c":[1],"d":{"x":1},"n":1.50,"t":true,"l":[1],"o":{"x":1}}"""),
        new("Substitutions", "in strings", "animal.favorite = cat\na = ${animal.favorite} is my animal\nb = x${animal.favorite}\" y\"", """{"animal":{"favorite":"cat"},"a":"cat is my animal","b":"xcat y"}"""),
        new("Substitutions", "not in quotes", "a = \"${b}\", b = \"\"\"${a}\"\"\"", """{"a":"${b}","b":"${a}"}"""),
        new("Substitutions", "paths have quotes and white space", "\"x.y\".z w = 1, a = ${ \"x.y\".z w }", """{"x.y":{"z w":1},"a":1}"""),
        new("Substitutions", "of an optional that is not there: no field", "a = ${?no}, b = 1", """{"b":1}"""),
        new("Substitutions", "of an optional that is not there: the value before stays", "a = 1, a = ${?no}", """{"a":1}"""),
        new("Substitutions", "of an optional that is not there: no element", "a = [1, ${?no}, 2]", """{"a":[1,2]}"""),
        new("Substitutions", "of an optional that is not there: an empty string", "a = x${?no}y, b = ${?no} z", """{"a":"xy","b":" z"}"""),
        new("Substitutions", "of an optional that is not there: an empty object or array", "a = ${?no} {x=1}, b = [1] ${?no}", """{"a":{"x":1},"b":[1]}"""),
        new("Substitutions", "of several optionals that are not there: no field", "a = ${?no}${?neither}, b = ${?no} ${?neither}", "{}"),
        new("Substitutions", "of an optional that is there", "a = ${?b}, b = 1", """{"a":1,"b":1}"""),
        new("Substitutions", "of a null", "a = null, b = ${a}, c = x ${a}", """{"a":null,"b":null,"c":"x null"}"""),
        new("Substitutions", "a whole object with substitutions in it", "a { x = ${b.y} }, b { y = 1, z = ${a} }", """{"a":{"x":1},"b":{"y":1,"z":{"x":1}}}"""),
        new("Substitutions", "an object and what is set later in it", "a = ${b} { y = 2 }, a.z = 3, b { x = 1, y = 1 }", """{"a":{"x":1,"y":2,"z":3},"b":{"x":1,"y":1}}"""),
        new("Substitutions", "a path through a merged object", "a = { x = 1 }, a = ${b}, b = { y = 2 }, c = ${a.x}${a.y}", """{"a":{"x":1,"y":2},"b":{"y":2},"c":"12"}"""),
        new("Substitutions", "through a value that is no object finds nothing", "a = 1, b = ${?a.x}", """{"a":1}"""),

        new("Self-Referential Substitutions", "a string that grows", "path = \"a:b\"\npath = ${path}\":c\"\npath = ${path}\":d\"", """{"path":"a:b:c:d"}"""),
        new("Self-Referential Substitutions", "an object with itself", "foo { a = 1 }, foo = ${foo}", """{"foo":{"a":1}}"""),
        new("Self-Referential Substitutions", "an optional one disappears", "foo = ${?foo}, x = 1", """{"x":1}"""),
        new("Self-Referential Substitutions", "hidden ones are never evaluated", "foo = ${does-not-exist}, foo = 42, bar = ${bar}, bar = 43", """{"foo":42,"bar":43}"""),
        new("Self-Referential Substitutions", "look below also through a path", "foo { a { c = 1 } }, foo = ${foo.a}, foo { a = 2 }", """{"foo":{"a":2,"c":1}}"""),
        new("Self-Referential Substitutions", "an object may refer into itself", "bar { foo = 42, baz = ${bar.foo} }", """{"bar":{"foo":42,"baz":42}}"""),
        new("Self-Referential Substitutions", "and then looks forward", "bar { foo = 42, baz = ${bar.foo} }, bar { foo = 43 }", """{"bar":{"foo":43,"baz":43}}"""),
        new("Self-Referential Substitutions", "two objects may refer to each other", "bar { a = ${foo.d}, b = 1 }, bar.b = 3, foo { c = ${bar.b}, d = 2 }, foo.d = 4", """{"bar":{"a":4,"b":3},"foo":{"c":3,"d":4}}"""),
        new("Self-Referential Substitutions", "an optional one in a concatenation looks back", "a = ${?a}foo", """{"a":"foo"}"""),
        new("Self-Referential Substitutions", "a cycle over fields with older values ends in one value", "a = 1, b = 2, a = ${b}, b = ${a}", """{"a":1,"b":1}"""),
        new("Self-Referential Substitutions", "in a field of an object that is copied", "b { k = 1 }, b.k = ${b.k}2, x = ${b} { z = 0 }", """{"b":{"k":"12"},"x":{"k":"12","z":0}}"""),
        new("Self-Referential Substitutions", "seen first through the copy", "x = ${b} { z = 0 }, b { k = 1 }, b.k = ${b.k}2", """{"x":{"k":"12","z":0},"b":{"k":"12"}}"""),

        new("The += field separator", "appends", "a = [1], a += 2, a += x y", """{"a":[1,2,"x y"]}"""),
        new("The += field separator", "begins an array", "a += 1, a += [2]", """{"a":[1,[2]]}"""),
        new("The += field separator", "below a path and behind a substitution", "x.a = ${b}, x.a += 3, b = [1, 2]", """{"x":{"a":[1,2,3]},"b":[1,2]}"""),
        new("The += field separator", "an optional that is not there adds nothing", "a += 1, a += ${?no}", """{"a":[1]}"""),
        new("The += field separator", "begins anew behind another value", "a += 1, a = [5], a += 6", """{"a":[5,6]}"""),

        new("Includes", "the word elsewhere in a key or as a value", "foo include = 1, \"include\" = 2, a = include, b = [ include ], includes = 3, include.x = 4", """{"foo include":1,"include":{"x":4},"a":"include","b":["include"],"includes":3}"""),

        new("Substitution fallback to environment variables", "if no file has the path", "a = ${HOME}, b = ${?HOME}/x, c = ${?EMPTY}", """{"a":"/root","b":"/root/x"}"""),
        new("Substitution fallback to environment variables", "a value in a file comes first, also null", "HOME = here, a = ${HOME}, EMPTY = null, b = ${?EMPTY}", """{"HOME":"here","a":"here","EMPTY":null,"b":null}"""),
    ];
}
