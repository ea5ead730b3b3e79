namespace Kdd.DevCluster.Tests.Transcripts;

/// <summary>What the recorded users may do: bob reads pods and their logs in t2, alice nothing.</summary>
internal static class Grants
{
    private const string Rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/t2";

    private static readonly (string Path, string Json)[] Objects =
    [
        ($"{Rbac}/roles", """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"log-reader"},"rules":[{"apiGroups":[""],"resources":["pods","pods/log"],"verbs":["get"]}]}"""),
        ($"{Rbac}/rolebindings", """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"bob"},"subjects":[{"kind":"User","name":"bob","apiGroup":"rbac.authorization.k8s.io"}],"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"log-reader"}}"""),
    ];

    public static async Task ToBobAsync(TestCluster cluster, CancellationToken cancellationToken)
    {
        foreach (var (path, json) in Objects)
        {
            using var request = SetUps.Post(path, json);
            using var response = await cluster.Admin.SendAsync(request, cancellationToken);
            response.EnsureSuccessStatusCode();
        }
    }
}
