using Kdd.Api.LogViews;
using Kdd.CrdGenerator;
using Xunit;

namespace Kdd.Api.Tests.Crds;

public sealed class CrdFileTests
{
    [Fact]
    public void CheckedInDefinitionIsWhatTheTypesGenerate()
    {
        string checkedIn = File.ReadAllText(RepositoryRoot.File("config", "crds", CrdFile.Name));

        Assert.Equal(CrdFile.Text(typeof(LogView)), checkedIn);
    }

    [Fact]
    public void CheckedInReferenceIsWhatTheTypesGenerate()
    {
        string checkedIn = File.ReadAllText(RepositoryRoot.File("docs", ApiReference.Name));

        Assert.Equal(ApiReference.Text(typeof(LogView)), checkedIn);
    }

    [Theory]
    [InlineData("default: 5000")]
    [InlineData("default: 100ms")]
    [InlineData("default: 16Mi")]
    [InlineData("x-kubernetes-list-type: map")]
    [InlineData("rule: has(self.workload) != has(self.selector)")]
    [InlineData("x-kubernetes-int-or-string: true")]
    public void DefinitionCarriesWhatTheApiServerMustEnforce(string expected)
        => Assert.Contains(expected, CrdFile.Text(typeof(LogView)), StringComparison.Ordinal);
}
