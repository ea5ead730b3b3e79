using System.Text;

namespace Kdd.DevCluster;

/// <summary>The kubeconfig of one user.</summary>
internal static class Kubeconfig
{
    public static string Write(Uri server, string caPem, string user, string token) => $"""
        apiVersion: v1
        kind: Config
        current-context: devcluster
        clusters:
        - name: devcluster
          cluster:
            server: {server.GetLeftPart(UriPartial.Authority)}
            certificate-authority-data: {Convert.ToBase64String(Encoding.UTF8.GetBytes(caPem))}
        contexts:
        - name: devcluster
          context:
            cluster: devcluster
            user: {user}
        users:
        - name: {user}
          user:
            token: {token}

        """;
}
