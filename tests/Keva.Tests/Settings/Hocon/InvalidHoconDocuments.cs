namespace Keva.Tests.Settings.Hocon;

/// <summary>Documents that are refused: most by the specification, the last ones because Keva does not support them.</summary>
internal static class InvalidHoconDocuments
{
    public static readonly HoconCase[] All =
    [
        new("Unchanged from JSON", "an open string", "a = \"x", "1:5: this string is not closed: \" is missing at the end of it"),
        new("Unchanged from JSON", "a newline in a string", "a = \"x\ny\"", "1:5: this string is not closed"),
        new("Unchanged from JSON", "a control character in a string", "a = \"x\ty\"", "1:7: the control character U+0009 is not allowed in a quoted string"),
        new("Unchanged from JSON", "an escape that JSON does not have", """a = "\x" """, "1:6: a backslash before 'x' means nothing in a quoted string"),
        new("Unchanged from JSON", "an escape at the end", "a = \"\\", "1:6: a backslash before the end of the file means nothing"),
        new("Unchanged from JSON", "a short Unicode escape", """a = "\u12" """, """1:6: \u must be followed by 4 hexadecimal digits"""),
        new("Unchanged from JSON", "half a character", """a = "\uD83D" """, """1:5: \uD83D is half a character"""),
        new("Unchanged from JSON", "the other half", """a = "\uDE00\uD83D" """, """1:5: \uDE00 is half a character"""),

        new("Omit root braces", "a closing brace without an opening one", "a = 1 }", "1:7: this } closes nothing"),
        new("Omit root braces", "an opening brace without a closing one", "{ a = 1", "1:1: this object is not closed: } is missing"),
        new("Omit root braces", "text behind the closing brace", "{ a = 1 } b = 2", "1:11: nothing can follow the closing brace of the file, but 'b' does"),
        new("Omit root braces", "an array", "[1]", "1:1: this file holds an array; settings need an object"),
        new("Omit root braces", "a string", "\"x\"", "1:1: = must follow the key 'x', not the end of the file"),

        new("Key-value separator", "none", "a 1\nb = 2", "1:1: = must follow the key '\"a 1\"', not 'b'"),
        new("Key-value separator", "two", "a = = 1", "1:5: '=' must stand in quotes to be part of a value"),
        new("Key-value separator", "no key", "= 1", "1:1: a key must stand here, not '='"),
        new("Key-value separator", "no value", "a = \n}", "2:1: the key 'a' has no value"),
        new("Key-value separator", "no value before a comma", "a = , b = 1", "1:5: the key 'a' has no value"),
        new("Key-value separator", "no value at the end", "a =", "1:4: the key 'a' has no value"),

        new("Commas", "two in a row in an array", "a = [1,,2]", "1:8: an element of this array has no value"),
        new("Commas", "two at the end of an array", "a = [1,2,,]", "1:10: an element of this array has no value"),
        new("Commas", "one at the beginning of an array", "a = [,1]", "1:6: an element of this array has no value"),
        new("Commas", "two in a row in an object", "a = 1,, b = 2", "1:7: a comma stands where a key belongs"),
        new("Commas", "one at the beginning of an object", "{ , a = 1 }", "1:3: a comma stands where a key belongs"),
        new("Commas", "two across newlines", "a = 1,\n,b = 2", "2:1: a comma stands where a key belongs"),
        new("Commas", "none between fields", "a { } b = 2", "1:9: '=' must stand in quotes to be part of a value"),

        new("Unquoted strings", "a colon", "a = http://x", "1:9: ':' must stand in quotes to be part of a value"),
        new("Unquoted strings", "an equals sign", "a = b = c", "1:7: '=' must stand in quotes to be part of a value"),
        new("Unquoted strings", "a question mark", "a = what?", "1:9: '?' must stand in quotes"),
        new("Unquoted strings", "a backslash", "a = C:\\x", "1:6: ':' must stand in quotes"),
        new("Unquoted strings", "a plus sign", "a = 1+2", "1:6: '+' must stand in quotes"),
        new("Unquoted strings", "a plus sign in front", "a = +1", "1:5: '+' must stand in quotes to be part of a value"),
        new("Unquoted strings", "a star in a key", "a* = 1", "1:1: = must follow the key 'a', not '*'"),

        new("Multi-line strings", "open", "a = \"\"\"x\"\"", "1:5: this string is not closed: \"\"\" is missing at the end of it"),

        new("Array and object concatenation", "an array and an object", "a = [1] {b=2}", "1:9: an array and an object cannot be joined into one value"),
        new("Array and object concatenation", "an object and a string", "a = {b=1} x", "1:11: an object and a string cannot be joined into one value"),
        new("Array and object concatenation", "a string and a substitution that is an array", "b = [1], a = x ${b}", "1:16: a string and an array cannot be joined into one value"),
        new("Array and object concatenation", "an open array", "a = [1, 2", "1:5: this array is not closed: ] is missing"),
        new("Array and object concatenation", "an open object", "a {\nb = 1", "1:3: this object is not closed: } is missing"),
        new("Array and object concatenation", "an array closed by a brace", "a = [1 }", "1:8: a comma or a new line must separate elements; '}' stands here"),
        new("Array and object concatenation", "an object closed by a bracket", "a = {b=1 ]", "1:10: a comma or a new line must separate fields; ']' stands here"),

        new("Path expressions", "two dots", "a..b = 1", "1:1: a path has an empty element"),
        new("Path expressions", "a dot first", ".a = 1", "1:1: a path has an empty element"),
        new("Path expressions", "a dot last", "a. = 1", "1:1: a path has an empty element"),
        new("Path expressions", "an empty element in a substitution", "a = ${b..c}", "1:7: a path has an empty element"),
        new("Path expressions", "a substitution in a key", "a${b} = 1", "1:1: = must follow the key 'a', not '$'"),
        new("Path expressions", "a substitution as a key", "${b} = 1", "1:1: a key cannot be a substitution"),
        new("Path expressions", "an object as a key", "{a=1} = 2", "1:7: nothing can follow the closing brace of the file, but '=' does"),
        new("Path expressions", "an array as a key", "{ [a] = 2 }", "1:3: a key must stand here, not '['"),

        new("Substitutions", "of what is not there", "x = 1\na = ${b.c}", "2:5: ${b.c} has no value: nothing before or outside of it is called b.c"),
        new("Substitutions", "of an empty variable", "a = ${EMPTY}", "1:5: ${EMPTY} has no value"),
        new("Substitutions", "inside another", "a = ${b${c}}", "1:8: a substitution cannot stand inside another"),
        new("Substitutions", "without a path", "a = ${}", "1:7: a substitution is ${path} or ${?path}; '}' does not fit here"),
        new("Substitutions", "not closed", "a = ${b", "1:8: a substitution is ${path} or ${?path}; the end of the file does not fit here"),
        new("Substitutions", "across a newline", "a = ${b\n}", "1:8: a substitution is ${path} or ${?path}; the end of the line does not fit here"),
        new("Substitutions", "white space before the question mark", "a = ${ ?b}", "1:8: a substitution is ${path} or ${?path}; '?' does not fit here"),
        new("Substitutions", "a dollar sign alone", "a = $b", "1:5: $ begins a substitution, ${path}"),

        new("Self-Referential Substitutions", "without an older value", "foo = ${foo}", "1:7: ${foo} has no value"),
        new("Self-Referential Substitutions", "before the value", "foo = ${foo}\nfoo = { a = 1 }", "1:7: ${foo} has no value"),
        new("Self-Referential Substitutions", "two that need each other", "bar = ${foo}\nfoo = ${bar}", "2:7: ${bar} has no value"),
        new("Self-Referential Substitutions", "three in a ring", "a = ${b}, b = ${c}, c = ${a}", "1:25: ${a} has no value"),
        new("Self-Referential Substitutions", "an object that contains itself", "a = { b = ${a} }", "1:5: an object contains itself through a substitution"),
        new("Self-Referential Substitutions", "an array that contains itself", "a = [ ${a} ]", "1:5: an array contains itself through a substitution"),
        new("Self-Referential Substitutions", "two objects that contain each other", "a { x = ${b} }, b { y = ${a} }", "1:3: an object contains itself through a substitution"),
        new("The += field separator", "on a value that is no array", "a = 1\na += 2", "2:6: += needs an array to add to; there is a number"),
        new("The += field separator", "on an object", "a = {}\na += 2", "2:6: += needs an array to add to; there is an object"),
        new("The += field separator", "adding itself", "a = [1], a += ${a}", "1:15: an array contains itself through a substitution"),

        new("Includes", "without a name", "include = 1", "1:1: include must be followed by the name of a file in quotes"),
        new("Includes", "without a name or space", "include=1", "1:1: include must be followed by the name of a file in quotes"),
        new("Includes", "an unquoted name", "include foo.conf", "1:1: include must be followed by the name of a file in quotes"),
        new("Includes", "a substitution as a name", "include ${x}", "1:1: include must be followed by the name of a file in quotes"),
        new("Includes", "with an unquoted name in file()", "include file(x)", "1:14: the name of a file in quotes must stand here, not 'x'"),
        new("Includes", "with file() not closed", "include file(\"x\" = 1", "1:18: ) must close the include, not '='"),
        new("Includes", "from a URL", "a = 1\ninclude url(\"http://x\")", "2:1: include url(…) and include classpath(…) are not supported"),
        new("Includes", "from the class path", "include classpath(\"x\")", "1:1: include url(…) and include classpath(…) are not supported"),
        new("Includes", "in an array", "a = [ { include \"x\" } ]", "1:9: include is not supported inside an array"),
        new("Includes", "in a text that is no file", "include \"x\"", "1:1: include is not possible here: this is not a file on the disk"),
    ];
}
