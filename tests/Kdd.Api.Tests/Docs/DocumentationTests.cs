using System.Text.RegularExpressions;
using Xunit;

namespace Kdd.Api.Tests.Docs;

/// <summary>Prose about code drifts: what the documents name must be there.</summary>
public sealed partial class DocumentationTests
{
    public static TheoryData<string> Documents =>
        [.. Directory.EnumerateFiles(RepositoryRoot.File(), "*.md")
            .Concat(Directory.EnumerateFiles(RepositoryRoot.File("docs"), "*.md", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(RepositoryRoot.File(), path))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void EveryLinkIntoTheRepositoryLeadsSomewhere(string document)
    {
        string path = RepositoryRoot.File(document);

        Assert.All(
            LinkTarget().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value).Where(target => !target.Contains("://", StringComparison.Ordinal)),
            target => Assert.True(Path.Exists(Path.Combine(Path.GetDirectoryName(path)!, target)), $"{document} links to {target}, which is not there"));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void EveryMakeTargetNamedExists(string document)
    {
        string makefile = File.ReadAllText(RepositoryRoot.File("Makefile"));

        Assert.All(
            MakeTarget().Matches(File.ReadAllText(RepositoryRoot.File(document))).Select(match => match.Groups[1].Value),
            target => Assert.True(makefile.Contains($"\n{target}:", StringComparison.Ordinal), $"{document} names make {target}, and the Makefile has no such target"));
    }

    [GeneratedRegex(@"\]\(([^)#\s]+)[^)]*\)")]
    private static partial Regex LinkTarget();

    [GeneratedRegex(@"(?:^\$ |`)make ([a-z][a-z0-9-]*)", RegexOptions.Multiline)]
    private static partial Regex MakeTarget();
}
