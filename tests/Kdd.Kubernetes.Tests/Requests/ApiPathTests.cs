using CsCheck;
using Xunit;

namespace Kdd.Kubernetes.Tests.Requests;

public sealed class ApiPathTests
{
    private static readonly Uri Server = new("https://10.0.0.1:6443/prefix/");

    [Fact]
    public void BuildsThePathsOfCoreAndGroups()
    {
        Assert.Equal("api/v1/pods", ApiPath.To(ResourceType.Pods).ToString());
        Assert.Equal("api/v1/namespaces/shop/pods/cart-0/log", ApiPath.To(ResourceType.Pods).In("shop").Named("cart-0").Subresource("log").ToString());
        Assert.Equal("apis/coordination.k8s.io/v1/namespaces/kdd-system/leases/a.b", ApiPath.To(ResourceType.Leases).Named(new NamespacedName("kdd-system", "a.b")).ToString());
        Assert.Equal("apis/authentication.k8s.io/v1/tokenreviews", ApiPath.To(ResourceType.TokenReviews).ToString());
        Assert.Equal("apis/argoproj.io/v1alpha1", ApiPath.Discovery("argoproj.io", "v1alpha1").ToString());
    }

    [Fact]
    public void QueryValuesAreEscaped()
    {
        ApiPath path = ApiPath.To(ResourceType.Pods).With("sinceTime", "2026-01-02T03:04:05+00:00").With("labelSelector", "a=b&limit=1#").With("absent", null);
        Assert.Equal("api/v1/pods?sinceTime=2026-01-02T03%3A04%3A05%2B00%3A00&labelSelector=a%3Db%26limit%3D1%23", path.ToString());
    }

    [Fact]
    public void AStepLeavesThePathItStartedFrom()
    {
        ApiPath pods = ApiPath.To(ResourceType.Pods);
        _ = pods.In("shop").Named("a");
        Assert.Equal("api/v1/pods", pods.ToString());
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/../kube-system")]
    [InlineData("a%2f..")]
    [InlineData("a?watch=true")]
    [InlineData("a#b")]
    [InlineData("a\\b")]
    [InlineData("A")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("")]
    [InlineData("ä")]
    public void ANameThatIsNoDnsNameIsRefused(string name)
    {
        Assert.Throws<InvalidNameException>(() => ApiPath.To(ResourceType.Pods).In(name));
        Assert.Throws<InvalidNameException>(() => ApiPath.To(ResourceType.Pods).In("shop").Named(name));
        Assert.Throws<InvalidNameException>(() => ApiPath.To(ResourceType.Pods).In("shop").Named("a").Subresource(name));
        Assert.Throws<InvalidNameException>(() => ApiPath.To(new ResourceType(name == "" ? "-" : name, "v1", "pods")));
        Assert.Throws<InvalidNameException>(() => ApiPath.To(new ResourceType("", name, "pods")));
        Assert.Throws<InvalidNameException>(() => ApiPath.To(new ResourceType("", "v1", name)));
    }

    [Fact]
    public void TheRefusalNamesThePartAndTheValue()
    {
        var refused = Assert.Throws<InvalidNameException>(() => ApiPath.To(ResourceType.Pods).In("Shop"));
        Assert.StartsWith("namespace \"Shop\" is not a valid RFC 1123 name", refused.Message, StringComparison.Ordinal);
        Assert.True(Assert.Throws<InvalidNameException>(() => ApiPath.To(ResourceType.Pods).In(new string('X', 100_000))).Message.Length < 400);
    }

    /// <summary>Whatever a name is, either it is refused, or the server sees exactly the segments that were meant.</summary>
    [Fact]
    public void NoNameReachesAnotherPath()
        => Gen.Select(Gen.String, Gen.String[Gen.Char["abc019-./%?#\\ A"], 0, 12]).Sample((any, likely) => StaysInPlace(any) && StaysInPlace(likely), iter: 20_000);

    private static bool StaysInPlace(string name)
    {
        ApiPath path;
        try
        {
            path = ApiPath.To(ResourceType.Pods).In("shop").Named(name).Subresource("log").With("container", name);
        }
        catch (InvalidNameException)
        {
            return true;
        }

        var uri = new Uri(Server, path.ToUri());
        return uri.AbsolutePath == $"/prefix/api/v1/namespaces/shop/pods/{name}/log" && uri.Query == "?container=" + Uri.EscapeDataString(name) && uri.Fragment == "";
    }
}
