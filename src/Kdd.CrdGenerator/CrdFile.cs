namespace Kdd.CrdGenerator;

/// <summary>The checked-in file of a generated definition.</summary>
public static class CrdFile
{
    public const string Name = "kdd.dev_logviews.yaml";

    /// <summary>Whole text of the file for the kind that <paramref name="kind"/> declares.</summary>
    public static string Text(Type kind)
        => "# Generated from the types in src/Kdd.Api/LogViews by `make crds`: change those, not this file.\n" + YamlText.Of(CustomResourceDefinition.For(kind));
}
