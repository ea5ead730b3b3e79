using CsCheck;

namespace Kdd.Kubernetes.Tests.Informers;

/// <summary>Well-formed JSON whose strings are full of what a careless scanner takes for structure.</summary>
internal static class RandomJson
{
    private static readonly string[] Pieces =
        ["{", "}", "[", "]", ",", ":", "\\\"", "\\\\", "\\n", "\\u005d", "\\u0022", "a", "name", "é", "字", "😀", "                ", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"];

    private static readonly Gen<string> Space = Gen.OneOf("", "", "", " ", "\n  ", "\t", "                                ");

    private static readonly Gen<string> Text = Gen.OneOf(Pieces).Array[0, 12].Select(pieces => $"\"{string.Concat(pieces)}\"");

    private static readonly Gen<string> Scalar = Gen.OneOf(Text, Gen.OneOf("null", "true", "false", "0", "-12.5e3", "8080"));

    public static readonly Gen<string> Value = Gen.Recursive<string>((depth, value) => depth > 4 ? Scalar : Gen.OneOf(Scalar, List(value), Members(value)));

    public static readonly Gen<string> Object = Members(Value);

    public static readonly Gen<string> Container = Gen.OneOf(List(Value), Object);

    private static Gen<string> List(Gen<string> value)
        => Gen.Select(value, Space, (item, space) => space + item + space).Array[0, 5].Select(items => $"[{string.Join(',', items)}]");

    private static Gen<string> Members(Gen<string> value)
        => Gen.Select(Text, Space, value, (name, space, item) => $"{space}{name}{space}:{space}{item}").Array[0, 5].Select(members => $"{{{string.Join(',', members)}}}");
}
