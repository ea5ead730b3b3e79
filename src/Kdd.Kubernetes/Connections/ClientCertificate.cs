using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;

namespace Kdd.Kubernetes;

/// <summary>The client certificate of a kubeconfig's user: PEM in the file itself (base64) or in files it names.</summary>
internal static class ClientCertificate
{
    public static X509Certificate2? From(KubernetesClientConfiguration config)
    {
        string? certificate = Pem(config.ClientCertificateData, config.ClientCertificateFilePath);
        string? key = Pem(config.ClientCertificateKeyData, config.ClientKeyFilePath);
        return certificate is null || key is null ? null : X509Certificate2.CreateFromPem(certificate, key);
    }

    private static string? Pem(string? base64, string? path)
        => !string.IsNullOrEmpty(base64) ? Encoding.UTF8.GetString(Convert.FromBase64String(base64))
            : !string.IsNullOrEmpty(path) ? File.ReadAllText(path)
            : null;
}
