using System.Text;
using System.Text.RegularExpressions;
using Kdd.EndToEnd.Tests.Cluster;
using Xunit;

namespace Kdd.EndToEnd.Tests;

/// <summary>
/// docs/logview.md shows what kubectl prints: each console block is run and compared, but for ages, times and names that differ from
/// run to run. <c>KDD_WRITE_DOCS=1</c> writes the document's blocks anew.
/// </summary>
[Trait("Needs", "DevCluster")]
public sealed partial class DocumentedOutputTests(ReplicaCluster cluster) : IClassFixture<ReplicaCluster>
{
    private static readonly string Document = Path.Combine(Checkout.Root, "docs", "logview.md");

    [Fact]
    public async Task EachConsoleBlockIsWhatKubectlPrints()
    {
        string text = await File.ReadAllTextAsync(Document, TestContext.Current.CancellationToken);
        await using ProgramProcess replica = await cluster.StartOperatorAsync("kdd-operator-7c9f6d5b8d-x2k4p");
        await cluster.Kubectl.RunAsync("create namespace shop");
        await cluster.Kubectl.RunAsync("-n shop apply -f -", Manifests.Quiet("checkout", 2, 3));
        await cluster.Kubectl.RunAsync("-n shop rollout status deployment/checkout --timeout=90s");
        await cluster.Kubectl.RunAsync("apply -f -", YamlBlock().Match(text).Groups[1].Value);
        await cluster.Kubectl.RunAsync("-n shop wait --for=jsonpath={.status.streams.summary}=2/2 lv/checkout --timeout=90s");
        await cluster.Kubectl.RunAsync("-n shop wait --for=jsonpath={.status.lines.kept}=6 lv/checkout --timeout=120s");

        var written = new StringBuilder(text);
        foreach (Match block in ConsoleBlock().Matches(text).Reverse())
        {
            string output = (await cluster.Kubectl.RunAsync(block.Groups["command"].Value)).TrimEnd() + "\n";
            if (Environment.GetEnvironmentVariable("KDD_WRITE_DOCS") == "1")
            {
                written.Remove(block.Groups["output"].Index, block.Groups["output"].Length).Insert(block.Groups["output"].Index, output);
            }
            else
            {
                Assert.Equal(Lasting(output), Lasting(block.Groups["output"].Value));
            }
        }

        await File.WriteAllTextAsync(Document, written.ToString(), TestContext.Current.CancellationToken);
    }

    /// <summary>What is the same in every run. Column widths follow what stands in them.</summary>
    private static string Lasting(string output)
    {
        output = Time().Replace(output, "TIME");
        output = Uid().Replace(output, "UID");
        output = ResourceVersion().Replace(output, "$1 N");
        output = PodHash().Replace(output, "checkout-HASH");
        output = Age().Replace(output, "AGE");
        return string.Join('\n', Spaces().Replace(output, " ").Split('\n').Select(line => line.TrimEnd()));
    }

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlock();

    [GeneratedRegex("```console\n\\$ kubectl (?<command>[^\n]+)\n(?<output>.*?)```", RegexOptions.Singleline)]
    private static partial Regex ConsoleBlock();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")]
    private static partial Regex Time();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uid();

    [GeneratedRegex(@"(Resource Version:)\s+\d+")]
    private static partial Regex ResourceVersion();

    [GeneratedRegex("checkout-[a-z0-9]{6,10}-[a-z0-9]{5}")]
    private static partial Regex PodHash();

    [GeneratedRegex(@"(?<=\s)(\d+[smhd]){1,2}(?=\s)")]
    private static partial Regex Age();

    [GeneratedRegex("[ -]{2,}")]
    private static partial Regex Spaces();
}
